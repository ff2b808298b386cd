/**
 * `drill --wal`: proves that the archive recovers. The newest base backup and the WAL behind it, to the newest moment there is, on a
 * server of its own; then every page of every database, and the project's smoke scripts. Reports lie in the archive.
 */
import { resolve } from 'node:path';
import { amcheck } from '../backup/amcheck.ts';
import { faultOf, type PhaseEnd } from '../backup/drill-fault.ts';
import {
  type AboutDrill,
  carryOut,
  type Drill,
  type Drilled,
  DrillRecord,
  SMOKE_SETUP,
} from '../backup/drill-record.ts';
import type { Finding } from '../base/finding.ts';
import { type Session, withSession } from '../pg/pool.ts';
import { EMBEDDED_DATABASE } from '../server/embedded.ts';
import { type Archive, openArchive } from '../wal/archive.ts';
import { type Rehearsed, withNewest } from '../wal/rehearse.ts';
import type { Context } from './command.ts';
import { readWalStatus } from './wal-read.ts';
import { rpoOf } from './wal-status.ts';

export interface WalDrillInput {
  readonly scratch: string | undefined;
  /** The project's own checks; gives a line about each. Throws SMOKE_FAILED. */
  readonly smoke: (session: Session) => Promise<readonly string[]>;
}

/** Throws DRILL_REPORT, and what kept this machine from doing it, after a report that says so. */
export async function drillArchive(context: Context, input: WalDrillInput): Promise<Drilled> {
  const { config, runtime } = context;
  const archive = await openArchive(resolve(config.root, config.backup.wal.dir));
  return carryOut(new ArchiveDrill(context, archive, input), archive.dir, 'archive', runtime);
}

class ArchiveDrill implements Drill {
  readonly record: DrillRecord;
  private readonly context: Context;
  private readonly archive: Archive;
  private readonly input: WalDrillInput;
  private base = '';
  private rpo: number | null = null;

  constructor(context: Context, archive: Archive, input: WalDrillInput) {
    this.context = context;
    this.archive = archive;
    this.input = input;
    this.record = new DrillRecord(['restore', 'amcheck', 'smoke'], context.runtime);
  }

  async work(): Promise<void> {
    const { context, archive, input, record } = this;
    const { runtime } = context;
    const { status } = await readWalStatus(context, archive, { verify: false, asks: false });
    this.base = status.inventory.bases.at(-1)?.id ?? '';
    this.rpo = rpoOf(status, record.startedAt.getTime());
    const start = runtime.ticks();
    try {
      await withNewest({ archive, status, parent: input.scratch, runtime }, async (rehearsed) => {
        const { base, last_transaction, lsn } = rehearsed.recovered;
        this.base = base;
        const to = last_transaction ?? `position ${lsn}`;
        const text = `base backup ${base} and WAL up to ${to}, compared with the WAL`;
        record.ended('restore', start, { text, findings: [] });
        await record.phase('amcheck', base, () => this.amcheck(rehearsed));
        await record.phase('smoke', base, () => this.smoke(rehearsed));
      });
    } catch (thrown) {
      record.ended('restore', start, faultOf(thrown, this.base, 'restore'));
    }
  }

  private async amcheck({ databases, target }: Rehearsed): Promise<PhaseEnd> {
    const { config, runtime } = this.context;
    const findings: Finding[] = [];
    let skipped = false;
    for (const name of databases) {
      const ended = await withSession(target(name), async (session) => {
        const [row] = await session.query<{ version: string }>("SELECT current_setting('server_version') AS version");
        this.record.server = row?.version ?? null;
        return await amcheck(session, { subject: name, jobs: config.backup.jobs, runtime });
      });
      skipped ||= !ended.done;
      findings.push(...ended.findings);
    }
    return { text: skipped ? 'not possible here' : `every page of ${databases.length} databases`, findings, skipped };
  }

  private async smoke({ databases, target }: Rehearsed): Promise<PhaseEnd> {
    const name = this.context.config.target?.database ?? EMBEDDED_DATABASE;
    if (!databases.includes(name)) {
      return { text: `there is no database ${name} in the cluster`, findings: [], skipped: true };
    }
    const told = await withSession(target(name), this.input.smoke, { setup: SMOKE_SETUP });
    return { text: told.join('; ') || 'the project has no smoke scripts', findings: [], skipped: told.length === 0 };
  }

  about(): AboutDrill {
    return { backup: null, backup_id: this.base, rto_ms: this.record.took('restore'), rpo_ms: this.rpo };
  }
}
