/**
 * `drill --wal`: proves that the archive recovers. The newest base backup and the WAL behind it, to the newest moment there is, on a
 * server of its own; then every page of every database, and the project's smoke scripts. Reports lie in the archive.
 */
import { hostname, userInfo } from 'node:os';
import { resolve } from 'node:path';
import { amcheck } from '../backup/amcheck.ts';
import type { DrillPhase, DrillReport, PhaseName } from '../backup/drill-report.ts';
import { prepareDrills, writeDrill } from '../backup/drill-store.ts';
import { type Code, messageOf, ToolError } from '../base/errors.ts';
import { type Finding, finding } from '../base/finding.ts';
import { VERSION } from '../base/version.ts';
import { newId } from '../disk/store.ts';
import { type Session, withSession } from '../pg/pool.ts';
import { EMBEDDED_DATABASE } from '../server/embedded.ts';
import { type Archive, openArchive } from '../wal/archive.ts';
import { type Rehearsed, withNewest } from '../wal/rehearse.ts';
import type { WalStatus } from '../wal/status.ts';
import type { Context } from './command.ts';
import { readWalStatus } from './wal-read.ts';
import { rpoOf } from './wal-status.ts';

export interface WalDrillInput {
  readonly scratch: string | undefined;
  /** The project's own checks; gives a line about each. Throws SMOKE_FAILED. */
  readonly smoke: (session: Session) => Promise<readonly string[]>;
}

/** Errors that the archive, or the database in it, is to blame for; any other is this machine's. */
const AT_FAULT: readonly Code[] = ['BACKUP_DAMAGED', 'RECOVERY_FAILED', 'RECOVERY_TARGET_OUTSIDE', 'SMOKE_FAILED'];
const SMOKE_SETUP = "SET lock_timeout = '10s'; SET statement_timeout = '10min'";

/** Throws DRILL_REPORT, and what kept this machine from doing it, after a report that says so. */
export async function drillArchive(
  context: Context,
  input: WalDrillInput,
): Promise<{ readonly report: DrillReport; readonly path: string }> {
  const { config, runtime } = context;
  const archive = await openArchive(resolve(config.root, config.backup.wal.dir));
  await prepareDrills(archive.dir);
  const drill = new WalDrill(context, archive, input);
  try {
    await drill.work();
  } catch (thrown) {
    await writeDrill(archive.dir, drill.report('not_run', thrown)).catch(() => undefined);
    if (!runtime.signal.aborted) throw thrown;
    const detail = 'its server is removed; the archive is untouched';
    throw new ToolError('BACKUP_INTERRUPTED', 'the drill was interrupted', { detail, cause: thrown });
  }
  const report = drill.report(drill.findings.some(({ level }) => level === 'error') ? 'failed' : 'proved');
  return { report, path: await writeDrill(archive.dir, report) };
}

/** Phases begin as "not run", so that whatever ends it leaves the whole story. */
class WalDrill {
  readonly findings: Finding[] = [];
  private readonly context: Context;
  private readonly archive: Archive;
  private readonly input: WalDrillInput;
  private readonly startedAt: Date;
  private readonly phases = new Map<PhaseName, DrillPhase>();
  private base = '';
  private server: string | null = null;
  private rpo: number | null = null;

  constructor(context: Context, archive: Archive, input: WalDrillInput) {
    this.context = context;
    this.archive = archive;
    this.input = input;
    this.startedAt = context.runtime.now();
    for (const name of ['restore', 'amcheck', 'smoke'] as const) {
      this.phases.set(name, { name, result: 'not_run', ms: null, text: '' });
    }
  }

  async work(): Promise<void> {
    const { context, archive } = this;
    const { status } = await readWalStatus(context, archive, { verify: false, asks: false });
    this.base = status.inventory.bases.at(-1)?.id ?? '';
    this.rpo = rpoOf(status, this.startedAt.getTime());
    try {
      await this.recovered(status);
    } catch (thrown) {
      if (!(thrown instanceof ToolError) || !AT_FAULT.includes(thrown.code)) throw thrown;
      const name = [...this.phases.values()].find(({ result }) => result === 'not_run')?.name ?? 'restore';
      const message = [thrown.message, thrown.more.detail].filter(Boolean).join('\n');
      this.phases.set(name, { name, result: 'failed', ms: null, text: thrown.message });
      const hint = thrown.more.hint === undefined ? {} : { hint: thrown.more.hint };
      this.findings.push(finding({ code: `drill/${name}`, level: 'error', subject: this.base, message, ...hint }));
    }
  }

  private async recovered(status: WalStatus): Promise<void> {
    const { archive, input } = this;
    const { runtime } = this.context;
    const start = runtime.ticks();
    await withNewest({ archive, status, parent: input.scratch, runtime }, async (rehearsed) => {
      const { base, last_transaction, lsn } = rehearsed.recovered;
      this.base = base;
      const to = last_transaction ?? `position ${lsn}`;
      const text = `base backup ${base} and WAL up to ${to}, compared with the WAL`;
      this.phases.set('restore', { name: 'restore', result: 'passed', ms: runtime.ticks() - start, text });
      await this.amcheck(rehearsed);
      await this.smoke(rehearsed);
    });
  }

  private async amcheck({ databases, target }: Rehearsed): Promise<void> {
    const { config, runtime } = this.context;
    const start = runtime.ticks();
    let skipped = false;
    const found: Finding[] = [];
    for (const name of databases) {
      const { done, findings } = await withSession(target(name), async (session) => {
        const [row] = await session.query<{ version: string }>("SELECT current_setting('server_version') AS version");
        this.server = row?.version ?? null;
        return await amcheck(session, { subject: name, jobs: config.backup.jobs, runtime });
      });
      if (!done) skipped = true;
      found.push(...findings);
    }
    this.findings.push(...found);
    const failed = found.some(({ level }) => level === 'error');
    const text = skipped ? 'not possible here' : `every page of ${databases.length} databases`;
    const result = failed ? 'failed' : skipped ? 'skipped' : 'passed';
    this.phases.set('amcheck', { name: 'amcheck', result, ms: runtime.ticks() - start, text });
  }

  private async smoke({ databases, target }: Rehearsed): Promise<void> {
    const { config, runtime } = this.context;
    const name = config.target?.database ?? EMBEDDED_DATABASE;
    const start = runtime.ticks();
    if (!databases.includes(name)) {
      const text = `there is no database ${name} in the cluster`;
      return void this.phases.set('smoke', { name: 'smoke', result: 'skipped', ms: null, text });
    }
    const told = await withSession(target(name), this.input.smoke, { setup: SMOKE_SETUP });
    const result = told.length === 0 ? 'skipped' : 'passed';
    const text = told.join('; ') || 'the project has no smoke scripts';
    this.phases.set('smoke', { name: 'smoke', result, ms: runtime.ticks() - start, text });
  }

  report(result: DrillReport['result'], error?: unknown): DrillReport {
    const { runtime } = this.context;
    const message = messageOf(error);
    const left = finding({ code: 'drill/not-run', level: 'error', subject: this.base, message });
    return {
      strata_drill: 1,
      id: newId(this.startedAt, runtime.random),
      tool: `strata-pg ${VERSION}`,
      host: hostname(),
      user: userInfo().username,
      started_at: this.startedAt.toISOString(),
      finished_at: runtime.now().toISOString(),
      result,
      backup: null,
      backup_id: this.base,
      server: this.server,
      rto_ms: this.phases.get('restore')?.ms ?? null,
      rpo_ms: this.rpo,
      phases: [...this.phases.values()],
      findings: error === undefined ? this.findings : [...this.findings, left],
    };
  }
}
