/**
 * Restores in place of a database: beside it first, compared, and only then the names change, both in one transaction.
 * The old database is kept under another name. So at every moment, whatever is killed, the name belongs to one whole
 * database, the old one or the new one.
 *
 * Nobody can slip in between: RENAME locks the database against new sessions while it waits for the last one to go, and
 * meanwhile a second session ends those that are there. ALLOW_CONNECTIONS false would lock out as well, but a kill after
 * it would leave a database that nobody can enter.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { ToolError } from '../base/errors.ts';
import { ident } from '../base/ident.ts';
import { withDatabaseName } from '../base/target.ts';
import { maintenanceTarget } from '../pg/databases.ts';
import { readMark, writeMark } from '../pg/mark.ts';
import { type Session, withSession } from '../pg/pool.ts';
import { ServerError } from '../pg/server-error.ts';
import { withTransaction } from '../pg/transaction.ts';
import { readFacts } from './facts.ts';
import { readManifest } from './manifest-read.ts';
import { namedAfter, type Restored, type RestoreInput, restoreBackup } from './restore.ts';
import databaseExistsSql from './sql/database-exists.sql';
import terminateSql from './sql/terminate.sql';

/** `target` names the database to replace; `confirm` must name it, too. */
export interface InPlaceInput extends Omit<RestoreInput, 'to' | 'keep' | 'only'> {
  /** True: whatever database of whatever server the backup is of. Default false. */
  readonly foreign?: boolean;
}

export interface RestoredInPlace extends Restored {
  /** What the old database is called now. */
  readonly kept: string;
}

/** Attempts of RENAME; each waits five seconds for sessions to end. */
const ATTEMPTS = 4;
const TERMINATE_EVERY = 100;

/**
 * Throws CONFIRM_NEEDED without the second key, BACKUP_FOREIGN, what restoreBackup throws (the old database is untouched), SWAP_FAILED
 * (the old database is untouched, the new one is there under its own name).
 */
export async function restoreInPlace(input: InPlaceInput): Promise<RestoredInPlace> {
  const { target, confirm, id, runtime } = input;
  const name = target.database;
  if (confirm !== name) throw unconfirmed(name, id, confirm);
  if (input.foreign !== true) await refuseForeign(input);
  const mark = await withSession(target, readMark);
  const restored = await restoreBackup({ ...input, confirm: undefined });
  const beside = restored.database;
  // To the second: a second restore in place keeps its old database under another name.
  const kept = namedAfter(
    name,
    `_before_${runtime
      .now()
      .toISOString()
      .replace(/[-:]|\.\d+/g, '')}`,
  );
  try {
    // The copy has no mark; what takes production's place is production.
    if (mark !== null) await withSession(withDatabaseName(target, beside), (session) => writeMark(session, mark));
    await withSession(maintenanceTarget(target, name), (admin) => swap(admin, { name, beside, kept }));
  } catch (thrown) {
    throw swapFault(thrown, { name, beside, kept });
  }
  return { ...restored, database: name, kept };
}

/** A folder may hold backups of several databases, and of several servers that have one of that name. */
async function refuseForeign({ target, dir, id }: InPlaceInput): Promise<void> {
  const { manifest } = await readManifest(dir, id);
  // One that cannot be read is refused where it is verified.
  if (manifest === null) return;
  const { database, server } = await withSession(target, readFacts);
  const { system_identifier: system } = manifest.server;
  const faults = [
    ...(manifest.database.name === database.name ? [] : [`it is of database "${manifest.database.name}"`]),
    ...(system === undefined || system === server.system_identifier ? [] : [`it is of another server (${system})`]),
  ];
  if (faults.length === 0) return;
  throw new ToolError('BACKUP_FOREIGN', `backup ${id} is not of database "${database.name}" on this server`, {
    detail: faults.join('; '),
    hint: `Choose one of its own: strata backup list. If that is what you want: strata restore ${id} --in-place --foreign --confirm ${database.name}`,
  });
}

interface Names {
  readonly name: string;
  readonly beside: string;
  readonly kept: string;
}

async function swap(admin: Session, { name, beside, kept }: Names): Promise<void> {
  const [taken] = await admin.query(databaseExistsSql, [kept]);
  if (taken) throw new ToolError('SWAP_FAILED', `database "${kept}" exists already`);
  for (let attempt = 1; ; attempt += 1) {
    try {
      await withoutSessions(admin, [name, beside], () =>
        withTransaction(admin, (s) =>
          s.batch(
            `ALTER DATABASE ${ident(name)} RENAME TO ${ident(kept)};
             ALTER DATABASE ${ident(beside)} RENAME TO ${ident(name)}`,
          ),
        ),
      );
      return;
    } catch (thrown) {
      const inUse = thrown instanceof ServerError && thrown.sqlstate === '55006';
      if (!inUse || attempt === ATTEMPTS) throw thrown;
    }
  }
}

/**
 * Ends the sessions of these databases, again and again, while `work` goes on. That a session may not be ended (a
 * superuser's, by somebody who is none) matters only when `work` fails; then it is the reason.
 */
async function withoutSessions(admin: Session, names: readonly string[], work: () => Promise<unknown>): Promise<void> {
  await withSession(admin.target, async (session) => {
    const state: { working: boolean; refusal?: unknown } = { working: true };
    const endAll = async (): Promise<void> => {
      for (const name of names) await session.query(terminateSql, [name]);
    };
    const ending = (async () => {
      while (state.working) {
        await endAll().catch((thrown: unknown) => {
          state.refusal = thrown;
        });
        await sleep(TERMINATE_EVERY);
      }
    })();
    try {
      await work();
    } catch (thrown) {
      throw state.refusal ?? thrown;
    } finally {
      state.working = false;
      await ending;
    }
  });
}

function unconfirmed(name: string, id: string, confirm: string | undefined): ToolError {
  const given = confirm === undefined ? '' : `; --confirm names "${confirm}"`;
  return new ToolError('CONFIRM_NEEDED', `a restore in place replaces database "${name}" by backup ${id}`, {
    detail: `what was written since the backup will only be in the old database, which is kept under another name${given}`,
    hint: `If that is what you want: strata restore ${id} --in-place --confirm ${name}`,
  });
}

function swapFault(thrown: unknown, { name, beside, kept }: Names): ToolError {
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  const more = thrown instanceof ServerError ? (thrown.fields.detail ?? '') : '';
  return new ToolError('SWAP_FAILED', `the restored database could not take the name "${name}": ${reason}`, {
    detail: [more, `database "${name}" is as it was; the restored one is whole, and called "${beside}"`]
      .filter(Boolean)
      .join('\n'),
    hint:
      `As its owner or a superuser, with nobody connected: ALTER DATABASE ${ident(name)} RENAME TO ${ident(kept)}; ` +
      `ALTER DATABASE ${ident(beside)} RENAME TO ${ident(name)};`,
    cause: thrown,
  });
}
