/** `strata seed [set…]`: validates the files of seed sets, then loads them, all in one transaction. */
import { type Block, type Finding, type Outcome, outcome } from '../base/finding.ts';
import { withTask } from '../base/runtime.ts';
import { readSnapshot } from '../catalog/read.ts';
import type { Session } from '../pg/pool.ts';
import { readSets, type SeedPlace, type SeedSet, setNames } from '../seed/dataset.ts';
import { type LoadedFile, loadSeeds } from '../seed/load.ts';
import { planSet } from '../seed/tables.ts';
import type { Context, Options, Run } from './command.ts';
import { needConfirmation } from './confirm.ts';
import { withDatabase } from './database.ts';

export interface SeedData {
  readonly sets: readonly string[];
  readonly rows: number;
  /** By file, in the order of loading; empty when nothing was loaded. */
  readonly loaded: readonly LoadedFile[];
}

export const run: Run = async (context, options) => {
  const { config } = context;
  const place: SeedPlace = { root: config.root, seeds: config.seeds, schema: config.schemas[0] ?? 'public' };
  if (options.args.length === 0) return listing(place);
  const { sets, findings } = readSets(place, options.args);
  if (findings.some(({ level }) => level === 'error')) return refused(sets, findings);
  if (options.validateOnly === true) return validated(sets, findings);
  return withDatabase(context, (session) => load(context, options, { session, sets, place }));
};

function listing(place: SeedPlace): Outcome {
  const names = setNames(place);
  const rows = names.map((name) => {
    const { sets } = readSets(place, [name]);
    const set = sets.at(-1);
    return [name, String(set?.files.length ?? 0), String(rowsOf(set ? [set] : [])), set?.description ?? ''];
  });
  const none = { kind: 'text', text: `No seed sets under ${place.seeds}/. See docs/formats.md, Seeds.` } as const;
  const table = { kind: 'table', head: ['set', 'files', 'rows', 'description'], rows } as const;
  return outcome({ sets: names }, [names.length === 0 ? none : table]);
}

function rowsOf(sets: readonly SeedSet[]): number {
  return sets.reduce((sum, { files }) => sum + files.reduce((inner, { rows }) => inner + rows.length, 0), 0);
}

function dataOf(sets: readonly SeedSet[], loaded: readonly LoadedFile[] = []): SeedData {
  return { sets: sets.map(({ name }) => name), rows: rowsOf(sets), loaded };
}

function refused(sets: readonly SeedSet[], findings: readonly Finding[]): Outcome {
  const faults = findings.filter(({ level }) => level === 'error').length;
  const text = `${faults} ${faults === 1 ? 'fault' : 'faults'} in the seed files: nothing was loaded`;
  return outcome(dataOf(sets), [{ kind: 'text', text, tone: 'bad' }], findings);
}

function validated(sets: readonly SeedSet[], findings: readonly Finding[]): Outcome {
  const data = dataOf(sets);
  const text = `${data.sets.join(', ')}: ${data.rows} rows are valid`;
  return outcome(data, [{ kind: 'text', text, tone: 'good' }], findings);
}

interface Work {
  readonly session: Session;
  readonly sets: readonly SeedSet[];
  readonly place: SeedPlace;
}

async function load(context: Context, options: Options, { session, sets, place }: Work): Promise<Outcome> {
  const guarded = sets.filter(({ production }) => production === 'confirm').map(({ name }) => name);
  if (guarded.length > 0) await needConfirmation(context, options, session, `seed ${guarded.join(' ')}`);
  const schemas = [...new Set(sets.flatMap(({ files }) => files.map(({ table }) => table.schema)))];
  const snapshot = await readSnapshot(session, { schemas: [...new Set([...context.config.schemas, ...schemas])] });
  const plans = sets.map((set) => planSet(set, snapshot, place.schema));
  const findings = plans.flatMap((plan) => plan.findings);
  if (findings.length > 0) return refused(sets, findings);
  const loads = plans.flatMap((plan) => plan.loads);
  const { runtime } = context;
  const loaded = await withTask(
    runtime,
    { id: 'seed', title: `Load ${dataOf(sets).sets.join(', ')}` },
    () => loadSeeds(session, loads, { snapshot, runtime }),
    (files) => `${files.reduce((sum, { rows }) => sum + rows, 0)} rows`,
  );
  return outcome(dataOf(sets, loaded), view(loaded));
}

function view(loaded: readonly LoadedFile[]): readonly Block[] {
  const head = ['set', 'table', 'rows', 'inserted', 'updated', 'unchanged'];
  const rows = loaded.map((f) => [f.set, f.table, ...[f.rows, f.inserted, f.updated, f.unchanged].map(String)]);
  return [{ kind: 'table', head, rows }];
}
