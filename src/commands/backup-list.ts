/** `backup list`: the backups at hand, newest first, and what their last verification said. */
import { resolve } from 'node:path';
import { type Listed, listBackups } from '../backup/inventory.ts';
import { type Block, type Cell, outcome } from '../base/finding.ts';
import type { Run } from './command.ts';
import { mebibytes } from './size.ts';

export const run: Run = async ({ config, runtime }) => {
  const dir = resolve(config.root, config.backup.dir);
  const backups = await listBackups(dir);
  const now = runtime.now();
  const findings = backups.flatMap((backup) => backup.findings);
  return outcome({ backups: backups.map((backup) => dataOf(backup, now)) }, [viewOf(backups, dir, now)], findings);
};

function dataOf({ id, manifest, size, state, verifiedAt }: Listed, now: Date): object {
  return {
    id,
    state,
    verified_at: verifiedAt,
    size,
    at: manifest?.at ?? null,
    age_seconds: manifest ? Math.round((now.getTime() - Date.parse(manifest.at)) / 1000) : null,
    database: manifest?.database.name ?? null,
    schema_version: manifest?.schema_version ?? null,
    server: manifest?.server.version ?? null,
  };
}

function viewOf(backups: readonly Listed[], dir: string, now: Date): Block {
  if (backups.length === 0) return { kind: 'text', text: `no backups in ${dir}`, tone: 'warn' };
  const head = ['backup', 'state', 'verified', 'age', 'size', 'database', 'version'];
  return { kind: 'table', head, rows: backups.map((backup) => rowOf(backup, now)) };
}

function rowOf({ id, manifest, size, state, verifiedAt }: Listed, now: Date): readonly Cell[] {
  const tone = ({ good: 'good', damaged: 'bad', unverified: 'warn' } as const)[state];
  return [
    id,
    { text: state, tone },
    verifiedAt ? `${age(now, verifiedAt)} ago` : 'never',
    manifest ? age(now, manifest.at) : '',
    size === null ? '' : mebibytes(size),
    manifest?.database.name ?? '',
    manifest?.schema_version ?? '',
  ];
}

/** `3 d`, `5 h`, `12 min`, `40 s`; a clock that went back gives `0 s`. */
function age(now: Date, then: string): string {
  const seconds = Math.max(0, Math.round((now.getTime() - Date.parse(then)) / 1000));
  if (seconds >= 86_400) return `${Math.floor(seconds / 86_400)} d`;
  if (seconds >= 3_600) return `${Math.floor(seconds / 3_600)} h`;
  return seconds >= 60 ? `${Math.floor(seconds / 60)} min` : `${seconds} s`;
}
