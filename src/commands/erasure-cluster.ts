/**
 * The erasures of a cluster that came back whole, from its WAL: repeated in each of its databases when it is promoted and
 * nobody else can connect yet.
 */
import { resolve } from 'node:path';
import { readErasures } from '../backup/erasure-list.ts';
import { repeatErasures } from '../backup/erasures.ts';
import { type Finding, finding } from '../base/finding.ts';
import { type Target, withDatabaseName } from '../base/target.ts';
import { workingDatabases } from '../pg/databases.ts';
import { withSession } from '../pg/pool.ts';
import type { Context } from './command.ts';
import { knownErasures } from './erasure-scripts.ts';

export interface ClusterErasures {
  /** For `recover` and `promoteRecovered`. Throws ERASURE_FAILED. */
  readonly promoted: (server: Target) => Promise<void>;
  /** How many were repeated, and a warning about those that could not be. */
  readonly told: () => { readonly count: number; readonly findings: readonly Finding[] };
}

/** Throws ERASURE_LIST or ERASURE_SCRIPT now, before anything is made. */
export async function clusterErasures(context: Context): Promise<ClusterErasures> {
  const { config } = context;
  const dir = resolve(config.root, config.backup.dir);
  const { findings } = await knownErasures(context, dir, null);
  let count = 0;
  let left = 0;
  const promoted = async (server: Target): Promise<void> => {
    // Again: a recovery takes hours.
    const { listed } = await readErasures(dir);
    const names = new Set(await withSession(server, workingDatabases));
    const own = config.target?.database;
    for (const name of names) {
      // Those of earlier versions name no database; they can only be meant for the project's own.
      const { erasures } = await knownErasures(context, dir, name);
      const here = listed.filter(({ database }) => database === name || (database === undefined && name === own));
      const wanted = new Set(here.map(({ script, subject }) => `${script}\0${subject}`));
      const repeated = erasures.filter(({ script, subject }) => wanted.has(`${script}\0${subject}`));
      if (repeated.length > 0) await withSession(withDatabaseName(server, name), (s) => repeatErasures(s, repeated));
      count += repeated.length;
    }
    left = listed.filter(({ database }) => !names.has(database ?? own ?? '')).length;
  };
  return { promoted, told: () => ({ count, findings: left === 0 ? findings : [...findings, notRepeated(left)] }) };
}

export function erasedLine(count: number): string {
  return `${count} erasures re-applied before anybody could connect`;
}

function notRepeated(count: number): Finding {
  return finding({
    code: 'wal/erasures',
    level: 'warning',
    subject: 'erasures.jsonl',
    message: `${count} erasures are of databases that the cluster does not have under that name: they are not repeated`,
    hint: 'Before applications may connect: strata subject erase --listed --of NAME',
  });
}
