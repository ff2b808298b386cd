/** What `strata cycle --with-data` puts into empty tables: rows of the project's seed sets, or made ones. */

import type { CycleData } from '../migrate/cycle-data.ts';
import type { ReplayFailure } from '../migrate/replay.ts';
import { readSets, type SeedPlace, setNames } from '../seed/dataset.ts';
import { fillTables } from '../seed/fill.ts';
import { nameKey } from '../seed/order.ts';
import type { Values } from '../seed/parse.ts';
import type { Context } from './command.ts';

export interface DataRun {
  readonly chain: CycleData;
  /** Why an up was judged without rows, by the migration's name. */
  readonly refusals: ReadonlyMap<string, ReplayFailure>;
}

/** `own`: the database has rows of its own, and none are put in. */
export function dataRun(context: Context, rows: 'own' | 'seeds'): DataRun {
  const refusals = new Map<string, ReplayFailure>();
  const bare = new Set<string>();
  const onRefusal: CycleData['onRefusal'] = ({ file }, failure) => {
    bare.add(file.name);
    refusals.set(file.name, failure);
  };
  if (rows === 'own') return { chain: { fill: null, bare, onRefusal }, refusals };
  const known = seedRows(context);
  const { signal } = context.runtime;
  const tried = new Map<string, string>();
  const fill: CycleData['fill'] = (session, snapshot) =>
    fillTables(session, { snapshot, known, refusals: tried, signal });
  return { chain: { fill, bare, onRefusal }, refusals };
}

/** Sets that are faulty give what can be read of them: judging them is the part of `seed` and `check`. */
function seedRows({ config }: Context): ReadonlyMap<string, readonly Values[]> {
  const place: SeedPlace = { root: config.root, seeds: config.seeds, schema: config.schemas[0] ?? 'public' };
  const { sets } = readSets(place, setNames(place), { unknown: 'defer' });
  const rows = new Map<string, readonly Values[]>();
  for (const file of sets.flatMap(({ files }) => files)) {
    const key = nameKey(file.table);
    rows.set(key, [...(rows.get(key) ?? []), ...file.rows]);
  }
  return rows;
}
