/** What a drill found, as data and as a page for people. docs/formats.md describes the file. */

import { duration } from '../base/duration.ts';
import type { Finding } from '../base/finding.ts';
import { backupRows, backupSize, type Manifest } from './manifest.ts';

export type PhaseName = 'verify' | 'server' | 'globals' | 'restore' | 'audit' | 'amcheck' | 'smoke';

export interface DrillPhase {
  readonly name: PhaseName;
  /** `skipped`: it cannot be done on this machine; `not_run`: an earlier one stopped the drill. */
  readonly result: 'passed' | 'failed' | 'skipped' | 'not_run';
  /** Null: not run. */
  readonly ms: number | null;
  readonly text: string;
}

export interface DrilledBackup {
  readonly id: string;
  /** Hash of its manifest, and so of everything in it. */
  readonly manifest_sha256: string;
  readonly at: string;
  readonly database: string;
  readonly server: string;
  readonly schema_version: string | null;
  readonly snapshot_hash: string;
  readonly size: number;
  readonly tables: number;
  readonly rows: number;
}

export interface DrillReport {
  readonly strata_drill: 1;
  /** Time of its start and chance, like a backup's. */
  readonly id: string;
  readonly tool: string;
  readonly host: string;
  readonly user: string;
  readonly started_at: string;
  readonly finished_at: string;
  /** `not_run`: this machine could not do it, which says nothing about the backup. */
  readonly result: 'proved' | 'failed' | 'not_run';
  /** Null when its manifest cannot be read. */
  readonly backup: DrilledBackup | null;
  readonly backup_id: string;
  /** Version of the scratch server. */
  readonly server: string | null;
  /** Milliseconds from an empty server to the compared database: verify, globals and restore. Null: it did not get there. */
  readonly rto_ms: number | null;
  /** Age of the moment that the backup shows, when the drill began: what a crash then would have lost. */
  readonly rpo_ms: number | null;
  readonly phases: readonly DrillPhase[];
  readonly findings: readonly Finding[];
}

/** What a report says of the backup. */
export function drilledBackup(manifest: Manifest, manifestSha256: string): DrilledBackup {
  return {
    id: manifest.id,
    manifest_sha256: manifestSha256,
    at: manifest.at,
    database: manifest.database.name,
    server: manifest.server.version,
    schema_version: manifest.schema_version,
    snapshot_hash: manifest.snapshot_hash,
    size: backupSize(manifest),
    tables: manifest.contents.tables.length,
    rows: backupRows(manifest),
  };
}

/** One drill as Markdown. */
export function reportPage(report: DrillReport): string {
  const { backup, findings } = report;
  const facts: readonly (readonly [string, string])[] = [
    ['Result', `**${report.result.replace('_', ' ')}**`],
    [
      'RTO',
      report.rto_ms === null
        ? 'not reached'
        : `${duration(report.rto_ms)} (from an empty server to the compared database)`,
    ],
    ['RPO', report.rpo_ms === null ? 'unknown' : `${duration(report.rpo_ms)} (age of what the backup shows)`],
    ['Backup', report.backup_id],
    ...(backup === null ? [] : factsOf(backup)),
    ['Scratch server', report.server === null ? 'none' : `PostgreSQL ${report.server}`],
    ['Drilled', `${report.started_at} to ${report.finished_at}`],
    ['By', `${report.user} on ${report.host}, ${report.tool}`],
  ];
  return [
    `# Restore drill ${report.id}\n`,
    table(['', ''], facts),
    '## Steps\n',
    table(['step', 'result', 'time', ''], report.phases.map(phaseRow)),
    '## Findings\n',
    findings.length === 0
      ? 'None.\n'
      : `${findings.map((f) => `- ${f.level}: ${escaped(f.subject)}: ${escaped(f.message)}`).join('\n')}\n`,
  ].join('\n');
}

function factsOf(backup: DrilledBackup): readonly (readonly [string, string])[] {
  return [
    ['Manifest (SHA-256)', backup.manifest_sha256],
    ['Shows', backup.at],
    ['Database', `${backup.database}, PostgreSQL ${backup.server}, schema version ${backup.schema_version ?? 'none'}`],
    ['Compared', `${backup.tables} tables, ${backup.rows} rows, Snapshot ${backup.snapshot_hash}`],
  ];
}

function phaseRow({ name, result, ms, text }: DrillPhase): readonly string[] {
  return [name, result.replace('_', ' '), ms === null ? '' : duration(ms), text];
}

/** All drills, newest first, as Markdown. */
export function historyPage(reports: readonly DrillReport[]): string {
  const rows = reports.map((report) => [
    `[${report.started_at}](${report.id}.md)`,
    report.backup_id,
    report.backup?.database ?? '',
    report.result.replace('_', ' '),
    report.rto_ms === null ? '' : duration(report.rto_ms),
    report.rpo_ms === null ? '' : duration(report.rpo_ms),
    report.backup === null ? '' : String(report.backup.rows),
  ]);
  return `# Restore drills\n\n${table(['drill', 'backup', 'database', 'result', 'RTO', 'RPO', 'rows'], rows)}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(escaped).join(' | ')} |\n`;
  return `${line(head)}|${head.map(() => '---|').join('')}\n${rows.map(line).join('')}`;
}

/** Names of databases and roles may hold anything. */
function escaped(text: string): string {
  return text.replace(/[|<]/g, '\\$&').replace(/\s*\n\s*/g, ' ');
}
