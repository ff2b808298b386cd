/**
 * The health file: what monitoring wants to know of the backups, in Prometheus' text format, for the textfile collector
 * of its node exporter. Computed anew from the folder each time, so it is right whatever ran, was deleted or damaged
 * since. Times are those of events, not ages: a file that nobody writes any more must look old, not fresh.
 */
import { randomBytes } from 'node:crypto';
import { chmod, rename, rm, statfs } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { writeDurably } from '../disk/durable.ts';
import { type Metric, metricsOf, type Sample, seconds } from '../report/prometheus.ts';
import type { DrillReport } from './drill-report.ts';
import { readDrills } from './drill-store.ts';
import { type Listed, listBackups } from './inventory.ts';
import { type PastRun, RUN_NAMES, readRuns } from './runs.ts';

export interface HealthInput {
  /** Absolute path of the folder of backups. */
  readonly dir: string;
  /** Runs that could not be written down: the disk is full, say. */
  readonly unrecorded: readonly PastRun[];
  /** Further lines: what else the file tells. */
  readonly more: readonly string[];
  readonly now: Date;
}

/** Writes the file under another name first: the collector never reads half of it. It is readable by everyone. */
export async function writeHealth(path: string, input: HealthInput): Promise<void> {
  const text = await healthText(input);
  // Not ending in .prom: the collector would read the draft.
  const draft = join(dirname(path), `.${basename(path)}.${process.pid}.${randomBytes(4).toString('hex')}`);
  try {
    await writeDurably(draft, text);
    await chmod(draft, 0o644);
    await rename(draft, path);
  } finally {
    await rm(draft, { force: true });
  }
}

const metric: Metric = metricsOf('strata_backup');

async function healthText({ dir, unrecorded, more, now }: HealthInput): Promise<string> {
  const runs = [...(await readRuns(dir)), ...unrecorded];
  const backups = await listBackups(dir);
  const { reports } = await readDrills(dir);
  const free = await statfs(dir).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => null,
  );
  return [
    ...metric('health_timestamp_seconds', 'gauge', 'When this file was written.', [
      { value: seconds(now.toISOString()) },
    ]),
    ...metric('free_bytes', 'gauge', 'Free space where the backups are.', [{ value: free }]),
    ...runMetrics(runs),
    ...backupMetrics(backups),
    ...drillMetrics(reports),
    ...more,
  ].join('');
}

function runMetrics(runs: readonly PastRun[]): readonly string[] {
  const each = (pick: (runs: readonly PastRun[]) => number | null): readonly Sample[] =>
    RUN_NAMES.map((run) => ({ labels: { run }, value: pick(runs.filter((one) => one.run === run)) }));
  const at = (run: PastRun | undefined): number | null => (run ? seconds(run.at) : null);
  return [
    ...metric(
      'run_timestamp_seconds',
      'gauge',
      'End of the last run, however it ended.',
      each((own) => at(own.at(-1))),
    ),
    ...metric(
      'run_success_timestamp_seconds',
      'gauge',
      'End of the last run that succeeded.',
      each((own) => at(own.findLast(({ ok }) => ok))),
    ),
    ...metric(
      'run_success',
      'gauge',
      'Whether the last run succeeded.',
      each((own) => flag(own.at(-1)?.ok)),
    ),
    ...metric(
      'run_duration_seconds',
      'gauge',
      'Length of the last run.',
      each((own) => inSeconds(own.at(-1)?.ms)),
    ),
    ...metric(
      'run_failures_total',
      'counter',
      'Runs that failed.',
      each((own) => own.filter(({ ok }) => !ok).length),
    ),
  ];
}

/** By database, as retention counts. One whose manifest cannot be read belongs to none. */
function backupMetrics(backups: readonly Listed[]): readonly string[] {
  const databases = [...new Set(backups.map(nameOf))].sort();
  const each = (pick: (own: readonly Listed[]) => number | null): readonly Sample[] =>
    databases.map((database) => ({
      labels: { database },
      value: pick(backups.filter((one) => nameOf(one) === database)),
    }));
  const good = (own: readonly Listed[]): Listed | undefined => own.find(({ state }) => state === 'good');
  const counts = databases.flatMap((database) =>
    (['good', 'unverified', 'damaged', 'failed'] as const).map((state) => ({
      labels: { database, state },
      value: backups.filter((one) => nameOf(one) === database && one.state === state).length,
    })),
  );
  return [
    ...metric('backups', 'gauge', 'Backups at hand.', counts),
    ...metric(
      'newest_good_timestamp_seconds',
      'gauge',
      'The moment that the newest good backup shows: what was written since is lost in a crash.',
      each((own) => seconds(good(own)?.manifest?.at)),
    ),
    ...metric(
      'newest_good_verified_timestamp_seconds',
      'gauge',
      'When the newest good backup was last read whole.',
      each((own) => seconds(good(own)?.verifiedAt)),
    ),
    ...metric(
      'newest_good_bytes',
      'gauge',
      'Size of the newest good backup.',
      each((own) => good(own)?.size ?? null),
    ),
    ...metric(
      'bytes',
      'gauge',
      'Size of all backups.',
      each((own) => own.reduce((sum, { size }) => sum + (size ?? 0), 0)),
    ),
  ];
}

function nameOf({ manifest }: Listed): string {
  return manifest?.database.name ?? '';
}

function drillMetrics(reports: readonly DrillReport[]): readonly string[] {
  const told = reports.filter(({ backup, result }) => backup !== null && result !== 'not_run');
  const databases = [...new Set(told.map(({ backup }) => backup?.database ?? ''))].sort();
  const each = (pick: (own: readonly DrillReport[]) => number | null): readonly Sample[] =>
    databases.map((database) => ({
      labels: { database },
      value: pick(told.filter(({ backup }) => backup?.database === database)),
    }));
  const proved = (own: readonly DrillReport[]): DrillReport | undefined =>
    own.find(({ result }) => result === 'proved');
  return [
    ...metric(
      'drill_success',
      'gauge',
      'Whether the last drill proved its backup.',
      each(([last]) => flag(last?.result === 'proved')),
    ),
    ...metric(
      'drill_proved_timestamp_seconds',
      'gauge',
      'Start of the last drill that proved a backup.',
      each((own) => seconds(proved(own)?.started_at)),
    ),
    ...metric(
      'drill_rto_seconds',
      'gauge',
      'From an empty server to the compared database.',
      each((own) => inSeconds(proved(own)?.rto_ms)),
    ),
    ...metric(
      'drill_rpo_seconds',
      'gauge',
      'Age of what that backup showed.',
      each((own) => inSeconds(proved(own)?.rpo_ms)),
    ),
  ];
}

function inSeconds(ms: number | null | undefined): number | null {
  return ms === null || ms === undefined ? null : Math.round(ms) / 1000;
}

function flag(value: boolean | undefined): number | null {
  return value === undefined ? null : Number(value);
}
