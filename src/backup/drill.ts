/**
 * Proves a backup by using it: a server of its own, the globals, the restore with its comparison, every page of every
 * index, the project's own smoke scripts; all timed. What the backup is to blame for is a finding and ends in `failed`;
 * what this machine lacks is an error and ends in `not_run`. Either way there is a report.
 */
import { readFile } from 'node:fs/promises';
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { sha256 } from '../base/canonical.ts';
import { ToolError } from '../base/errors.ts';
import type { Finding } from '../base/finding.ts';
import { type Runtime, withTask } from '../base/runtime.ts';
import { type Target, withDatabaseName } from '../base/target.ts';
import { VERSION } from '../base/version.ts';
import { newId } from '../disk/store.ts';
import { majorOf, type Session, withSession } from '../pg/pool.ts';
import { findProgram } from '../pg/programs.ts';
import { type ScratchServer, withScratchServer } from '../server/scratch-server.ts';
import { amcheck } from './amcheck.ts';
import { type AuditScripts, auditFaults } from './audit.ts';
import { auditFinding, clockFindings, faultOf, notRun, type PhaseEnd } from './drill-fault.ts';
import { type DrillPhase, type DrillReport, drilledBackup, type PhaseName } from './drill-report.ts';
import { RESTORING, serverFor } from './drill-server.ts';
import { prepareDrills, writeDrill } from './drill-store.ts';
import type { Erasure } from './erasures.ts';
import { applyGlobals, dumpGlobals, globalsDifferences } from './globals.ts';
import { backupRows, MANIFEST_FILE, type Manifest, type ManifestHead } from './manifest.ts';
import { readManifest } from './manifest-read.ts';
import { type OpenedBackup, type OpenInput, openBackup } from './open.ts';
import { restoreBackup } from './restore.ts';

export interface DrillInput {
  /** Absolute path of the folder of backups. */
  readonly dir: string;
  /** A whole id. */
  readonly id: string;
  /** The project's own checks in the restored database; gives a line about each. Throws SMOKE_FAILED. */
  readonly smoke: (session: Session) => Promise<readonly string[]>;
  /** As a restore repeats them, after the comparison. Default: none. */
  readonly erasures?: ((database: string) => Promise<readonly Erasure[]>) | undefined;
  /** The audit log's: its end is compared, its chain verified. Default: neither. */
  readonly audit?: AuditScripts;
  /** Workers of pg_restore and pg_amcheck. Default 1. */
  readonly jobs?: number;
  /** Where the scratch server's data go. Default: the temporary folder. */
  readonly scratch?: string | undefined;
  /** Path of the file of private keys; needed only for an encrypted backup. */
  readonly identity?: string | undefined;
  readonly runtime: Runtime;
}

export interface Drilled {
  readonly report: DrillReport;
  /** Path of the report, JSON; the page beside it ends in `.md`. */
  readonly path: string;
}

/** Smoke scripts must not hang on a lock: nobody else is there to let it go. */
const SMOKE_SETUP = "SET lock_timeout = '10s'; SET statement_timeout = '10min'";

/** Throws DRILL_REPORT, or what kept this machine from doing it: EMBEDDED_…, PROGRAM_…, BACKUP_INTERRUPTED and such. */
export async function drillBackup(input: DrillInput): Promise<Drilled> {
  await prepareDrills(input.dir);
  const drill = new Drill(input);
  try {
    await withTask(input.runtime, { id: 'drill', title: `Drill ${input.id}` }, () => drill.work());
  } catch (thrown) {
    const report = drill.report('not_run', thrown);
    await writeDrill(input.dir, report).catch(() => undefined);
    throw input.runtime.signal.aborted ? interrupted(thrown) : thrown;
  }
  const report = drill.report(drill.findings.some((found) => found.level === 'error') ? 'failed' : 'proved');
  return { report, path: await writeDrill(input.dir, report) };
}

function interrupted(cause: unknown): ToolError {
  const detail = 'its server is removed; the backup is untouched';
  return new ToolError('BACKUP_INTERRUPTED', 'the drill was interrupted', { detail, cause });
}

/** One drill under way: a list of phases that begins with "not run", so that whatever ends it leaves the whole story. */
class Drill {
  readonly input: DrillInput;
  readonly findings: Finding[] = [];
  private readonly startedAt: Date;
  private readonly phases = new Map<PhaseName, DrillPhase>();
  private head: ManifestHead | null = null;
  private manifest: Manifest | null = null;
  private manifestSha256 = '';
  private server: string | null = null;

  constructor(input: DrillInput) {
    this.input = input;
    this.startedAt = input.runtime.now();
    for (const name of ['server', 'globals', 'restore', 'audit', 'amcheck', 'smoke'] as const) {
      this.phases.set(name, { name, result: 'not_run', ms: null, text: '' });
    }
  }

  async work(): Promise<void> {
    const { dir, id, identity, scratch, runtime } = this.input;
    const { manifest: head, findings } = await readManifest(dir, id);
    if (head === null) return void this.findings.push(...findings);
    this.head = head;
    const opened = await this.opened({ dir, head, identity, scratch });
    if (opened === null) return;
    const { manifest } = opened;
    this.manifest = manifest;
    this.manifestSha256 = sha256(await readFile(join(dir, id, MANIFEST_FILE)));
    const begun = runtime.ticks();
    const version = await serverFor(manifest.server.major, runtime);
    await withScratchServer(
      { runtime, version, settings: RESTORING, ...(scratch === undefined ? {} : { parent: scratch }) },
      async (server) => {
        this.server = server.installation.version;
        const text = `PostgreSQL ${this.server}`;
        this.phases.set('server', { name: 'server', result: 'passed', ms: runtime.ticks() - begun, text });
        await this.onServer(server, opened);
      },
    );
  }

  /** Null when the backup is to blame; a missing identity is not its fault, and throws. */
  private async opened(input: OpenInput): Promise<OpenedBackup | null> {
    try {
      return await openBackup(input);
    } catch (thrown) {
      this.findings.push(...faultOf(thrown, this.input.id, 'restore').findings);
      return null;
    }
  }

  private async onServer({ target }: ScratchServer, opened: OpenedBackup): Promise<void> {
    const { manifest } = opened;
    const restored = withDatabaseName(target, copyName(manifest));
    await this.phase('globals', () => this.globals(target, opened));
    const whole = await this.phase('restore', () => this.restore(target, manifest));
    if (!whole) return;
    await this.phase('audit', () => withSession(restored, (session) => this.audit(session), { setup: SMOKE_SETUP }));
    await this.phase('amcheck', () => withSession(restored, (session) => this.amcheck(session)));
    await this.phase('smoke', () => withSession(restored, (session) => this.smoke(session), { setup: SMOKE_SETUP }));
  }

  /** Runs one phase; false when the backup failed in it. Gives up on what is no fault of the backup. */
  private async phase(name: PhaseName, work: () => Promise<PhaseEnd>): Promise<boolean> {
    const { runtime, id } = this.input;
    runtime.signal.throwIfAborted();
    const start = runtime.ticks();
    const end = await work().catch((thrown: unknown) => faultOf(thrown, id, name));
    this.findings.push(...end.findings);
    const failed = end.findings.some((found) => found.level === 'error');
    const result = failed ? 'failed' : end.skipped ? 'skipped' : 'passed';
    this.phases.set(name, { name, result, ms: runtime.ticks() - start, text: end.text });
    return !failed;
  }

  private async globals(target: Target, { manifest, text }: OpenedBackup): Promise<PhaseEnd> {
    const { env, signal } = this.input.runtime;
    const recorded = await text('globals').catch(() => '');
    return await withSession(target, async (session) => {
      const refused = await applyGlobals(session, recorded);
      if (refused.length > 0) return { text: `${refused.length} statements refused`, findings: refused };
      if (majorOf(session) !== manifest.server.major) {
        return { text: 'brought back; not compared, as the server has another major version', findings: [] };
      }
      const program = await findProgram('pg_dumpall', majorOf(session), env);
      const passwords = manifest.dump.role_passwords;
      const again = await dumpGlobals(program, target, { env, signal, passwords });
      const findings = globalsDifferences(recorded, again, target.user);
      return { text: `${manifest.roles.length} roles of the database, and all others`, findings };
    });
  }

  private async restore(target: Target, manifest: Manifest): Promise<PhaseEnd> {
    const { findings, erasures } = await restoreBackup({ ...this.input, target, to: copyName(manifest) });
    const compared = `catalog, ${manifest.contents.tables.length} tables and ${backupRows(manifest)} rows compared`;
    return { text: erasures === 0 ? compared : `${compared}, ${erasures} erasures re-applied`, findings };
  }

  private async audit(session: Session): Promise<PhaseEnd> {
    const script = this.input.audit?.verify ?? null;
    if (script === null) return { text: 'the project has no script for it', findings: [], skipped: true };
    const findings = (await auditFaults(session, script)).map((fault) => auditFinding(this.input.id, fault));
    return {
      text: findings.length === 0 ? `${script.file}: the chain is whole` : `${findings.length} faults`,
      findings,
    };
  }

  private async amcheck(session: Session): Promise<PhaseEnd> {
    const { id, jobs, runtime } = this.input;
    const { done, findings } = await amcheck(session, { subject: id, jobs, runtime });
    return { text: done ? 'every page of tables and B-trees' : 'not possible here', findings, skipped: !done };
  }

  private async smoke(session: Session): Promise<PhaseEnd> {
    const told = await this.input.smoke(session);
    return { text: told.join('; ') || 'the project has no smoke scripts', findings: [], skipped: told.length === 0 };
  }

  report(result: DrillReport['result'], error?: unknown): DrillReport {
    const { runtime, id } = this.input;
    const { head, manifest, startedAt } = this;
    const age = head === null ? null : startedAt.getTime() - Date.parse(head.at);
    const [globals, restore] = [this.phases.get('globals'), this.phases.get('restore')];
    return {
      strata_drill: 1,
      id: newId(startedAt, runtime.random),
      tool: `strata-pg ${VERSION}`,
      host: hostname(),
      user: userInfo().username,
      started_at: startedAt.toISOString(),
      finished_at: runtime.now().toISOString(),
      result,
      backup: manifest && drilledBackup(manifest, this.manifestSha256),
      backup_id: id,
      server: this.server,
      rto_ms: restore?.result === 'passed' ? Math.round((globals?.ms ?? 0) + (restore.ms ?? 0)) : null,
      rpo_ms: age === null ? null : Math.max(0, age),
      phases: [...this.phases.values()].map((phase) => ({
        ...phase,
        ms: phase.ms === null ? null : Math.round(phase.ms),
      })),
      findings: [...this.findings, ...clockFindings(id, age), ...(error === undefined ? [] : [notRun(id, error)])],
    };
  }
}

/** The copy has the name of its original, unless every server has a database of that name. */
function copyName({ database: { name } }: Manifest): string {
  return ['postgres', 'template0', 'template1'].includes(name) ? `${name}_drill` : name;
}
