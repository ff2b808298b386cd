/** `<dataDir>.strata.json`: what an unfinished recovery is, for the next command about it. */
import { readFile, writeFile } from 'node:fs/promises';
import { ToolError } from '../base/errors.ts';
import type { Target } from '../base/target.ts';

export interface Recovered {
  readonly strata_recovery: 1;
  readonly dataDir: string;
  readonly run: string;
  readonly port: number;
  readonly superuser: string;
  readonly timeline: number;
  readonly base: string;
  /** ISO time of the last transaction in it; null: none since the base backup began. */
  readonly last_transaction: string | null;
  readonly lsn: string;
}

/** Throws RECOVERY_FAILED when there is none. */
export async function readRecovered(dataDir: string): Promise<Recovered> {
  const text = await readFile(noteOf(dataDir), 'utf8').catch(() => 'null');
  const state = JSON.parse(text) as Recovered | null;
  if (state?.strata_recovery === 1 && state.dataDir === dataDir) return state;
  throw new ToolError('RECOVERY_FAILED', `${dataDir} is no unfinished recovery`, {
    detail: `there is no ${noteOf(dataDir)}`,
    hint: "Make one with: strata restore --at '2026-11-21T10:00:00+01:00' --preview --data DIR",
  });
}

export function targetOf({ run, port, superuser }: Recovered): Target {
  return { host: run, port, user: superuser, database: 'template1' };
}

export async function noteRecovered(state: Recovered): Promise<void> {
  await writeFile(noteOf(state.dataDir), `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
}

export const noteOf = (dataDir: string): string => `${dataDir}.strata.json`;
export const logOf = (dataDir: string): string => `${dataDir}.log`;
