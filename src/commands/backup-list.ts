/** `backup list`: the backups at hand, newest first, and what their last verification and drill said. */
import { resolve } from 'node:path';
import type { DrillReport } from '../backup/drill-report.ts';
import { readDrills } from '../backup/drill-store.ts';
import { readHold } from '../backup/hold.ts';
import { type Listed, listBackups } from '../backup/inventory.ts';
import { type Block, type Cell, outcome } from '../base/finding.ts';
import { age } from './backup-shown.ts';
import type { Run } from './command.ts';
import { mebibytes } from './size.ts';

export const run: Run = async (context, options) => {
  if (options.remote === true) return (await import('./backup-remote.ts')).list(context, options);
  const { config, runtime } = context;
  const dir = resolve(config.root, config.backup.dir);
  const backups = await listBackups(dir);
  const { reports } = await readDrills(dir);
  const shown: Shown[] = [];
  for (const backup of backups) {
    const drill = reports.find((report) => report.backup_id === backup.id && report.result !== 'not_run') ?? null;
    shown.push({ ...backup, drill, held: await readHold(dir, backup.id) });
  }
  const now = runtime.now();
  const findings = backups.flatMap((backup) => backup.findings);
  return outcome({ backups: shown.map((backup) => dataOf(backup, now)) }, [viewOf(shown, dir, now)], findings);
};

interface Shown extends Listed {
  /** The last one that said something about the backup. */
  readonly drill: DrillReport | null;
  readonly held: string | null;
}

/** Called good is what was restored, too: whole alone, it is `verified`. */
function stateOf({ state, drill }: Shown): Listed['state'] | 'verified' {
  return state === 'good' && drill?.result !== 'proved' ? 'verified' : state;
}

function dataOf(backup: Shown, now: Date): object {
  const { id, manifest, size, verifiedAt, drill, held } = backup;
  return {
    id,
    state: stateOf(backup),
    verified_at: verifiedAt,
    drill: drill && { id: drill.id, at: drill.started_at, result: drill.result, rto_ms: drill.rto_ms },
    held,
    size,
    at: manifest?.at ?? null,
    age_seconds: manifest ? Math.round((now.getTime() - Date.parse(manifest.at)) / 1000) : null,
    database: manifest?.database.name ?? null,
    schema_version: manifest?.schema_version ?? null,
    server: manifest?.server.version ?? null,
  };
}

function viewOf(backups: readonly Shown[], dir: string, now: Date): Block {
  if (backups.length === 0) return { kind: 'text', text: `no backups in ${dir}`, tone: 'warn' };
  const head = ['backup', 'state', 'verified', 'drilled', 'age', 'size', 'database', 'version'];
  return { kind: 'table', head, rows: backups.map((backup) => rowOf(backup, now)) };
}

const TONES = { good: 'good', verified: 'strong', damaged: 'bad', unverified: 'warn', failed: 'bad' } as const;

function rowOf(backup: Shown, now: Date): readonly Cell[] {
  const { id, manifest, size, verifiedAt, held } = backup;
  const state = stateOf(backup);
  const tone = TONES[state];
  return [
    id,
    { text: held === null ? state : `${state}, held`, tone },
    verifiedAt ? `${age(now, verifiedAt)} ago` : 'never',
    drillCell(backup, now),
    manifest ? age(now, manifest.at) : '',
    size === null ? '' : mebibytes(size),
    manifest?.database.name ?? '',
    manifest?.schema_version ?? '',
  ];
}

function drillCell({ drill }: Shown, now: Date): Cell {
  if (drill === null) return { text: 'never', tone: 'quiet' };
  const when = `${age(now, drill.started_at)} ago`;
  return drill.result === 'proved' ? when : { text: `failed ${when}`, tone: 'bad' };
}
