/**
 * Proves a backup by using it: every byte verified while a server of its own starts, the globals, the restore with its
 * comparison, every page of every index, the project's own smoke scripts; all timed. What the backup is to blame for is a finding and ends in `failed`;
 * what this machine lacks is an error and ends in `not_run`. Either way there is a report.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '../base/canonical.ts';
import { type Runtime, withTask } from '../base/runtime.ts';
import { type Target, withDatabaseName } from '../base/target.ts';
import { asReader } from '../disk/reader.ts';
import { majorOf, type Session, withSession } from '../pg/pool.ts';
import { findProgram } from '../pg/programs.ts';
import { type ScratchServer, withScratchServer } from '../server/scratch-server.ts';
import { amcheck } from './amcheck.ts';
import { type AuditScripts, auditFaults } from './audit.ts';
import { auditFinding, clockFindings, faultOf, type PhaseEnd } from './drill-fault.ts';
import { type AboutDrill, carryOut, type Drill, type Drilled, DrillRecord, SMOKE_SETUP } from './drill-record.ts';
import { drilledBackup, type PhaseName } from './drill-report.ts';
import { RESTORING, serverFor } from './drill-server.ts';
import type { Erasure } from './erasures.ts';
import { applyGlobals, dumpGlobals, globalsDifferences } from './globals.ts';
import { backupRows, backupSize, MANIFEST_FILE, type Manifest, type ManifestHead } from './manifest.ts';
import { readManifest } from './manifest-read.ts';
import { type OpenedBackup, type OpenInput, openBackup } from './open.ts';
import { restoreOpened, verifiedHead } from './restore.ts';

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

/** Throws DRILL_REPORT, or what kept this machine from doing it: EMBEDDED_…, PROGRAM_…, BACKUP_INTERRUPTED and such. */
export function drillBackup(input: DrillInput): Promise<Drilled> {
  return carryOut(new BackupDrill(input), input.dir, 'backup', input.runtime);
}

class BackupDrill implements Drill {
  readonly record: DrillRecord;
  private readonly input: DrillInput;
  private head: ManifestHead | null = null;
  private manifest: Manifest | null = null;
  private manifestSha256 = '';

  constructor(input: DrillInput) {
    this.input = input;
    this.record = new DrillRecord(
      ['verify', 'server', 'globals', 'restore', 'audit', 'amcheck', 'smoke'],
      input.runtime,
    );
  }

  work(): Promise<void> {
    const { dir, id, runtime } = this.input;
    const task = { id: 'drill', title: `Drill ${id}` };
    return withTask(runtime, task, () => asReader(dir, id, runtime, () => this.restored()));
  }

  private async restored(): Promise<void> {
    const { dir, id, identity, scratch, runtime } = this.input;
    const { manifest: head, findings } = await readManifest(dir, id);
    if (head === null) return void this.record.findings.push(...findings);
    this.head = head;
    const opened = await this.opened({ dir, head, identity, scratch });
    if (opened === null) return;
    const { manifest } = opened;
    this.manifest = manifest;
    this.manifestSha256 = sha256(await readFile(join(dir, id, MANIFEST_FILE)));
    const verified = this.phase('verify', () => this.verify(head));
    // Awaited where its end matters; until then the server may fail first.
    verified.catch(() => undefined);
    const begun = runtime.ticks();
    const version = await serverFor(manifest.server.major, runtime);
    await withScratchServer(
      { runtime, version, settings: RESTORING, ...(scratch === undefined ? {} : { parent: scratch }) },
      async (server) => {
        this.record.server = server.installation.version;
        this.record.ended('server', begun, { text: `PostgreSQL ${this.record.server}`, findings: [] });
        if (await verified) await this.onServer(server, opened);
      },
    );
  }

  /** Null when the backup is to blame; a missing identity is not its fault, and throws. */
  private async opened(input: OpenInput): Promise<OpenedBackup | null> {
    try {
      return await openBackup(input);
    } catch (thrown) {
      this.record.findings.push(...faultOf(thrown, this.input.id, 'restore').findings);
      return null;
    }
  }

  private async onServer({ target }: ScratchServer, opened: OpenedBackup): Promise<void> {
    const { manifest } = opened;
    const restored = withDatabaseName(target, copyName(manifest));
    await this.phase('globals', () => this.globals(target, opened));
    const whole = await this.phase('restore', () => this.restore(target, opened));
    if (!whole) return;
    await this.phase('audit', () => withSession(restored, (session) => this.audit(session), { setup: SMOKE_SETUP }));
    await this.phase('amcheck', () => withSession(restored, (session) => this.amcheck(session)));
    await this.phase('smoke', () => withSession(restored, (session) => this.smoke(session), { setup: SMOKE_SETUP }));
  }

  private phase(name: PhaseName, work: () => Promise<PhaseEnd>): Promise<boolean> {
    return this.record.phase(name, this.input.id, work);
  }

  private async verify(head: ManifestHead): Promise<PhaseEnd> {
    await verifiedHead(this.input);
    return { text: `${head.files.length} files, ${backupSize(head)} bytes`, findings: [] };
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

  private async restore(target: Target, opened: OpenedBackup): Promise<PhaseEnd> {
    const { manifest } = opened;
    const { findings, erasures } = await restoreOpened({ ...this.input, target, to: copyName(manifest) }, opened);
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

  about(): AboutDrill {
    const { head, manifest, record } = this;
    const { id } = this.input;
    const age = head === null ? null : record.startedAt.getTime() - Date.parse(head.at);
    const took = (['verify', 'globals', 'restore'] as const).map((name) => record.took(name));
    return {
      backup: manifest && drilledBackup(manifest, this.manifestSha256),
      backup_id: id,
      rto_ms: record.took('restore') === null ? null : took.reduce<number>((sum, ms) => sum + (ms ?? 0), 0),
      rpo_ms: age === null ? null : Math.max(0, age),
      findings: clockFindings(id, age),
    };
  }
}

/** The copy has the name of its original, unless every server has a database of that name. */
function copyName({ database: { name } }: Manifest): string {
  return ['postgres', 'template0', 'template1'].includes(name) ? `${name}_drill` : name;
}
