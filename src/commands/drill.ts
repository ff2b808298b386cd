/** `drill`: proves that backups restore, on a server of its own, and says how long it took and how old they were. */
import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { drillBackup } from '../backup/drill.ts';
import type { DrillReport } from '../backup/drill-report.ts';
import { drillsPagePath, readDrills } from '../backup/drill-store.ts';
import { readManifest } from '../backup/manifest-read.ts';
import { duration } from '../base/duration.ts';
import { ToolError } from '../base/errors.ts';
import { type Block, type Cell, type Finding, type Outcome, outcome } from '../base/finding.ts';
import { listIds, resolveId } from '../disk/store.ts';
import type { Session } from '../pg/pool.ts';
import { findArchive } from '../wal/archive.ts';
import { auditScripts } from './audit-scripts.ts';
import type { Context, Options, Run } from './command.ts';
import { databaseOf, knownErasures } from './erasure-scripts.ts';
import { identityFile } from './identity.ts';
import { monitored } from './monitored.ts';
import { runSmoke } from './smoke.ts';
import { readWalStatus } from './wal-read.ts';
import { rpoOf } from './wal-status.ts';

export const run: Run = async (context, options) => {
  if (options.history === true) return await history(options.wal === true ? archiveOf(context) : folderOf(context));
  if (options.wal === true) return await monitored('wal drill', drillWal)(context, options);
  return await monitored('drill', drills)(context, options);
};

function folderOf({ config }: Context): string {
  return resolve(config.root, config.backup.dir);
}

function archiveOf({ config }: Context): string {
  return resolve(config.root, config.backup.wal.dir);
}

/** The cluster, from the archive of its WAL. */
const drillWal: Run = async (context, options) => {
  if (options.all === true || options.args.length > 0) {
    throw new ToolError('USAGE', '--wal takes the newest base backup: no id, and no --all', {
      hint: 'For a moment of your own: strata restore --at … --data DIR --preview',
    });
  }
  const { drillArchive } = await import('./drill-wal.ts');
  const scratch = await scratchFolder(context, options);
  const smoke = (session: Session): Promise<readonly string[]> => smokeLines(context, session);
  const { report, path } = await drillArchive(context, { scratch, smoke });
  const where: Block = { kind: 'text', text: `report: ${path}`, tone: 'quiet' };
  return outcome({ drills: [report] }, [drillTable([report]), phaseTable(report), where], report.findings);
};

const drills: Run = async (context, options) => {
  const dir = folderOf(context);
  const reports: DrillReport[] = [];
  const paths: string[] = [];
  const scratch = await scratchFolder(context, options);
  const identity = identityFile(context, options);
  const ids = await chosen(dir, options);
  const warnings = await erasureWarnings(context, dir, ids);
  const erasures = async (database: string) => (await knownErasures(context, dir, database)).erasures;
  for (const id of ids) {
    const { config, runtime } = context;
    const smoke = (session: Session): Promise<readonly string[]> => smokeLines(context, session);
    const { jobs } = config.backup;
    const input = { dir, id, smoke, erasures, audit: auditScripts(context), jobs, scratch, identity, runtime };
    const { report, path } = await drillBackup(input);
    reports.push(report);
    paths.push(path);
  }
  const view: Block[] = [drillTable(reports)];
  const [only] = reports;
  if (only && reports.length === 1) view.push(phaseTable(only));
  const archived = await archivedRpo(context);
  if (archived) view.push(archived.block);
  view.push({ kind: 'text', text: `reports: ${paths.join(', ')}`, tone: 'quiet' });
  const findings = [...warnings, ...reports.flatMap((report) => report.findings)];
  return outcome({ drills: reports, ...archived?.data }, view, findings);
};

interface ArchivedRpo {
  readonly block: Block;
  readonly data: { readonly wal_rpo_ms: number | null };
}

/** Beside a backup's own RPO the one that the WAL archive gives, unproved by this drill. Undefined: there is no archive. */
async function archivedRpo(context: Context): Promise<ArchivedRpo | undefined> {
  const told = (text: string, rpo: number | null): ArchivedRpo => ({
    block: { kind: 'text', text, tone: rpo === null ? 'warn' : 'quiet' },
    data: { wal_rpo_ms: rpo },
  });
  try {
    const archive = await findArchive(archiveOf(context));
    if (!archive) return undefined;
    const { status } = await readWalStatus(context, archive, { verify: false, asks: false });
    const rpo = rpoOf(status, context.runtime.now().getTime());
    if (rpo === null) return told('from the WAL archive nothing can be recovered: strata wal status says why', rpo);
    return told(`with the WAL archive the RPO is ${duration(rpo)}: strata drill --wal proves it`, rpo);
  } catch (thrown) {
    // What was drilled must not be lost with it.
    if (thrown instanceof ToolError) return told(thrown.message, null);
    throw thrown;
  }
}

/** The newest one of each database whatever its state: a drill that goes round a damaged backup would hide it. */
async function chosen(dir: string, { args, all }: Options): Promise<readonly string[]> {
  if (all === true && args.length > 0) {
    throw new ToolError('USAGE', '--all and the id of a backup exclude each other', { hint: 'Give one of them.' });
  }
  const newest = await resolveId(dir, args[0]);
  if (args.length > 0) return [newest];
  const ids = [...(await listIds(dir))].reverse();
  return all === true ? ids : await newestOfEach(dir, ids);
}

/** Of each database of each server; one whose manifest cannot be read may be any's, and counts when it is the newest of all. */
async function newestOfEach(dir: string, ids: readonly string[]): Promise<readonly string[]> {
  const found = new Map<string, { readonly id: string; readonly at: string }>();
  for (const [index, id] of ids.entries()) {
    const { manifest } = await readManifest(dir, id);
    if (manifest === null && index > 0) continue;
    const origin = manifest === null ? '' : `${manifest.database.name}\0${manifest.server.system_identifier ?? ''}`;
    const at = manifest?.at ?? '';
    if (at >= (found.get(origin)?.at ?? '')) found.set(origin, { id, at });
  }
  return [...found.values()].map(({ id }) => id);
}

/** Now, so that a list or script that is broken stops everything before it begins. */
async function erasureWarnings(context: Context, dir: string, ids: readonly string[]): Promise<readonly Finding[]> {
  const known = new Map<string, Finding>();
  for (const id of ids) {
    const { findings } = await knownErasures(context, dir, await databaseOf(dir, id));
    for (const found of findings) known.set(found.fingerprint, found);
  }
  return [...known.values()];
}

async function scratchFolder({ config }: Context, { scratch }: Options): Promise<string | undefined> {
  if (typeof scratch !== 'string') return undefined;
  const folder = resolve(config.root, scratch);
  await mkdir(folder, { recursive: true, mode: 0o755 });
  return folder;
}

async function smokeLines(context: Context, session: Session): Promise<readonly string[]> {
  const results = await runSmoke(context, session);
  return results.map(({ file, told }) => (told ? `${file}: ${told}` : file));
}

async function history(dir: string): Promise<Outcome> {
  const { reports, findings } = await readDrills(dir);
  const none: Block = { kind: 'text', text: `no drills in ${dir}: strata drill`, tone: 'warn' };
  const page = drillsPagePath(dir);
  if (reports.length === 0) return outcome({ drills: reports, page: null }, [none], findings);
  const where: Block = { kind: 'text', text: `as a page: ${page}`, tone: 'quiet' };
  return outcome({ drills: reports, page }, [drillTable(reports), where], findings);
}

function drillTable(reports: readonly DrillReport[]): Block {
  const head = ['drilled', 'backup', 'database', 'result', 'RTO', 'RPO', 'rows'];
  return { kind: 'table', head, rows: reports.map(drillRow) };
}

const TONES = { proved: 'good', failed: 'bad', not_run: 'warn' } as const;

function drillRow(report: DrillReport): readonly Cell[] {
  const { result, backup, rto_ms, rpo_ms } = report;
  return [
    report.started_at,
    report.backup_id,
    backup?.database ?? '',
    { text: result.replace('_', ' '), tone: TONES[result] },
    rto_ms === null ? '' : duration(rto_ms),
    rpo_ms === null ? '' : duration(rpo_ms),
    backup === null ? '' : String(backup.rows),
  ];
}

function phaseTable({ phases }: DrillReport): Block {
  const tones = { passed: 'good', failed: 'bad', skipped: 'warn', not_run: 'quiet' } as const;
  const rows = phases.map(({ name, result, ms, text }) => [
    name,
    { text: result.replace('_', ' '), tone: tones[result] },
    ms === null ? '' : duration(ms),
    text,
  ]);
  return { kind: 'table', head: ['step', 'result', 'time', ''], rows };
}
