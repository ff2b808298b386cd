/** What monitoring wants to know of a WAL archive: the lines of the health file about it. Times are those of events, not ages. */
import { type Metric, metricsOf, seconds } from '../report/prometheus.ts';
import { chainFault } from './base-manifest.ts';
import { namesIn } from './inspect.ts';
import type { WalStatus } from './status.ts';

const metric: Metric = metricsOf('strata_wal');

export function walMetrics(status: WalStatus): readonly string[] {
  return [...segmentMetrics(status), ...baseMetrics(status), ...serverMetrics(status), ...problemMetrics(status)];
}

function segmentMetrics(status: WalStatus): readonly string[] {
  const { contents, inventory, newest } = status;
  const { segments } = contents;
  const missing = lostIn(status);
  const damaged = inventory.segments.filter(({ fault }) => fault !== null).length;
  const latest = segments.reduce((time, { at }) => Math.max(time, at), 0);
  const states = { found: segments.length, damaged, missing };
  return [
    ...metric(
      'segments',
      'gauge',
      'Segments of the archive; missing ones are the holes between base backup and end.',
      Object.entries(states).map(([state, value]) => ({ labels: { state }, value })),
    ),
    ...metric('bytes', 'gauge', 'Bytes that the segments take on the disk.', [
      { value: segments.reduce((sum, { stored }) => sum + stored, 0) },
    ]),
    ...metric('newest_segment_timestamp_seconds', 'gauge', 'When the newest segment was archived.', [
      { value: latest === 0 ? null : Math.round(latest) / 1000 },
    ]),
    ...metric(
      'recoverable_to_timestamp_seconds',
      'gauge',
      'When the last segment was archived that recovery gets to: what was written since is lost in a crash.',
      [{ value: newest === null ? null : Math.round(newest.at) / 1000 }],
    ),
  ];
}

/** What the server still has is late, not lost. */
function lostIn({ holes, server, inventory }: WalStatus): number {
  const waiting = new Set(server?.waiting ?? []);
  return holes.reduce(
    (sum, hole) => sum + namesIn(hole, inventory.segmentSize).filter((name) => !waiting.has(name)).length,
    0,
  );
}

function baseMetrics({ inventory: { bases }, windows }: WalStatus): readonly string[] {
  const good = bases.filter((base) => chainFault(base, bases) === null);
  const states = { good: good.length, damaged: bases.length - good.length };
  return [
    ...metric(
      'bases',
      'gauge',
      'Base backups at hand.',
      Object.entries(states).map(([state, value]) => ({ labels: { state }, value })),
    ),
    ...metric('newest_base_timestamp_seconds', 'gauge', 'End of the newest good base backup.', [
      { value: seconds(good.at(-1)?.manifest?.stopped_at) },
    ]),
    ...metric('recoverable_from_timestamp_seconds', 'gauge', 'The oldest moment that can be recovered.', [
      { value: seconds(windows.map(({ from }) => from).sort()[0]) },
    ]),
  ];
}

/** Nothing, where the server was not asked: a number of before would look like one of now. */
function serverMetrics({ server }: WalStatus): readonly string[] {
  if (server === null) return [];
  const { archiving, ready, archived, failed, last_archived_at: last } = server;
  return [
    ...metric('archiving', 'gauge', 'Whether the server archives into this archive.', [{ value: Number(archiving) }]),
    ...metric('waiting_files', 'gauge', 'Files that wait for the archiver.', [{ value: ready }]),
    ...metric('last_archived_timestamp_seconds', 'gauge', "The archiver's last success, as the server counts.", [
      { value: seconds(last?.toISOString()) },
    ]),
    ...metric('archived_total', 'counter', 'Files that the archiver brought, as the server counts.', [
      { value: Number(archived) },
    ]),
    ...metric('archive_failures_total', 'counter', 'Failures of the archiver, as the server counts.', [
      { value: Number(failed) },
    ]),
  ];
}

function problemMetrics({ findings }: WalStatus): readonly string[] {
  const count = (level: string): number => findings.filter((one) => one.level === level).length;
  return metric(
    'findings',
    'gauge',
    'What is wrong, as strata wal status tells it.',
    ['error', 'warning'].map((level) => ({ labels: { level }, value: count(level) })),
  );
}
