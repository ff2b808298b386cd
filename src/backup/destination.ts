/**
 * Where a restore writes. A new database gets its own name only when everything in it was compared: until then it is
 * called strata_restore_<random>, so that nobody takes half a database for a whole one, and nobody but its owner may connect:
 * whom the backup still shows may have been erased since. An idle session in it marks it as being worked on; what a killed
 * restore left has none, and the next restore drops it.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { ToolError } from '../base/errors.ts';
import { ident, literal } from '../base/ident.ts';
import { type Target, withDatabaseName } from '../base/target.ts';
import { isProduction } from '../pg/mark.ts';
import { closeSession, majorOf, openSession, type Session, withSession } from '../pg/pool.ts';
import { ServerError } from '../pg/server-error.ts';
import type { DatabaseFacts, Manifest } from './manifest.ts';
import databaseExistsSql from './sql/database-exists.sql';
import occupantsSql from './sql/occupants.sql';
import publicGrantsSql from './sql/public-grants.sql';
import sessionsSql from './sql/sessions.sql';
import unfinishedSql from './sql/unfinished.sql';

export interface Destination {
  /** The database that pg_restore fills. */
  readonly target: Target;
  /** True: made for this restore, and dropped when it fails. */
  readonly fresh: boolean;
}

export interface DestinationInput {
  readonly manifest: Manifest;
  /** The name it shall have. */
  readonly name: string;
  /** The second key for a database that is marked as production. */
  readonly confirm: string | undefined;
  /** True: a database that differs from the backup is kept under its name all the same. */
  readonly keep: boolean;
}

/** Makes names and drops of restores wait for each other; first eight bytes of SHA-256 of `strata restore`. */
const ADVISORY_KEY = '-508478500059264540';

/** Lends a session in a database that is not the one restored into: databases are created, renamed and dropped from it. */
export async function withMaintenance<T>(target: Target, work: (session: Session) => Promise<T>): Promise<T> {
  return await withSession(await maintenanceTarget(target), work);
}

/** The last of these must exist: the fault of its connection is the one to tell. */
async function maintenanceTarget(target: Target): Promise<Target> {
  for (const name of ['postgres', target.database]) {
    const candidate = withDatabaseName(target, name);
    try {
      await withSession(candidate, async () => undefined);
      return candidate;
    } catch (thrown) {
      if (!(thrown instanceof ToolError) || thrown.code !== 'CONNECT_FAILED') throw thrown;
    }
  }
  return withDatabaseName(target, 'template1');
}

/** Lends the place to restore into: the existing empty database of that name, or a new one that gets it in the end. */
export async function withDestination<T>(
  admin: Session,
  input: DestinationInput,
  work: (destination: Destination) => Promise<T>,
): Promise<T> {
  await dropUnfinished(admin);
  const [existing] = await admin.query<{ encoding: string }>(databaseExistsSql, [input.name]);
  const target = withDatabaseName(admin.target, input.name);
  if (existing) {
    await checkExisting(target, existing.encoding, input);
    return await closed(admin, input.name, () => work({ target, fresh: false }));
  }
  return await inNewDatabase(admin, input, work);
}

/** Keeps everyone out who is not named in the grants, as in a new one; the work itself ends with the grants of the backup. */
async function closed<T>(admin: Session, name: string, work: () => Promise<T>): Promise<T> {
  const [before] = await admin.query<{ connect: boolean; temporary: boolean }>(publicGrantsSql, [name]);
  await admin.query(`REVOKE CONNECT, TEMPORARY ON DATABASE ${ident(name)} FROM PUBLIC`);
  try {
    return await work();
  } catch (thrown) {
    const back = [before?.connect ? 'CONNECT' : '', before?.temporary ? 'TEMPORARY' : ''].filter(Boolean).join(', ');
    if (back !== '') await admin.query(`GRANT ${back} ON DATABASE ${ident(name)} TO PUBLIC`).catch(() => undefined);
    throw thrown;
  }
}

async function inNewDatabase<T>(
  admin: Session,
  input: DestinationInput,
  work: (destination: Destination) => Promise<T>,
): Promise<T> {
  const draft = `strata_restore_${randomBytes(6).toString('hex')}`;
  const target = withDatabaseName(admin.target, draft);
  const guard = await serialised(admin, async () => {
    await admin.query(createSql(draft, input.manifest.database, majorOf(admin)));
    await admin.query(`REVOKE CONNECT, TEMPORARY ON DATABASE ${ident(draft)} FROM PUBLIC`);
    await admin.query(`ALTER DATABASE ${ident(draft)} ALLOW_CONNECTIONS true`);
    return await openSession(target);
  });
  try {
    const result = await work({ target, fresh: true });
    await rename(admin, guard, draft, input.name);
    return result;
  } catch (thrown) {
    if (input.keep && thrown instanceof ToolError && thrown.code === 'RESTORE_MISMATCH') {
      await rename(admin, guard, draft, input.name);
      throw thrown;
    }
    await closeSession(guard);
    throw (await dropDraft(admin, draft)) ? thrown : new LeftOver(draft, thrown);
  }
}

/** A database that could not be dropped, and why it should have been. */
export class LeftOver extends Error {
  readonly database: string;
  constructor(database: string, cause: unknown) {
    super(`database "${database}" is left`, { cause });
    this.database = database;
  }
}

/** A disk that is full can bring the server down, and it is a moment until it is back. */
const DROP_ATTEMPTS = 5;

async function dropDraft(admin: Session, draft: string): Promise<boolean> {
  // By force: the name is ours and random, so nobody else's sessions are in it.
  const drop = (session: Session): Promise<unknown> =>
    session.query(`DROP DATABASE IF EXISTS ${ident(draft)} WITH (FORCE)`);
  for (let attempt = 1; attempt <= DROP_ATTEMPTS; attempt += 1) {
    try {
      await (attempt === 1 ? drop(admin) : withSession(admin.target, drop));
      return true;
    } catch {
      await sleep(200 * attempt);
    }
  }
  return false;
}

async function rename(admin: Session, guard: Session, draft: string, name: string): Promise<void> {
  await serialised(admin, async () => {
    await closeSession(guard);
    await admin.query(`ALTER DATABASE ${ident(draft)} RENAME TO ${ident(name)}`);
  });
}

async function serialised<T>(admin: Session, work: () => Promise<T>): Promise<T> {
  await admin.query(`SELECT pg_advisory_lock(${ADVISORY_KEY})`);
  try {
    return await work();
  } finally {
    await admin.query(`SELECT pg_advisory_unlock(${ADVISORY_KEY})`).catch(() => undefined);
  }
}

async function dropUnfinished(admin: Session): Promise<void> {
  await serialised(admin, async () => {
    for (const { name } of await admin.query<{ name: string }>(unfinishedSql)) {
      // 55006: someone is in it; 42501: someone else's.
      await admin.query(`DROP DATABASE IF EXISTS ${ident(name)}`).catch((thrown: unknown) => {
        if (!(thrown instanceof ServerError) || !['55006', '42501'].includes(thrown.sqlstate)) throw thrown;
      });
    }
  });
}

/** The same encoding and locale, always from template0: template1 may hold anything. Nobody may connect yet. */
function createSql(name: string, database: DatabaseFacts, major: number): string {
  const parts = [
    `CREATE DATABASE ${ident(name)} TEMPLATE template0 ALLOW_CONNECTIONS false ENCODING ${literal(database.encoding)}`,
    `LC_COLLATE ${literal(database.collate)} LC_CTYPE ${literal(database.ctype)}`,
    `LOCALE_PROVIDER ${database.locale_provider}`,
  ];
  const { locale, icu_rules } = database;
  if (database.locale_provider === 'icu' && locale !== null) parts.push(`ICU_LOCALE ${literal(locale)}`);
  if (database.locale_provider === 'builtin' && locale !== null) parts.push(`BUILTIN_LOCALE ${literal(locale)}`);
  if (icu_rules !== null && major >= 16) parts.push(`ICU_RULES ${literal(icu_rules)}`);
  return parts.join(' ');
}

async function checkExisting(target: Target, encoding: string, input: DestinationInput): Promise<void> {
  const { name, confirm, manifest } = input;
  await withSession(target, async (session) => {
    if (confirm !== name && (await isProduction(session))) {
      throw new ToolError('TARGET_PRODUCTION', `database "${name}" is marked as production`, {
        hint: `Restore beside it with --to NAME, or turn the second key: --confirm ${name}`,
      });
    }
    const occupants = (await session.query<{ what: string }>(occupantsSql)).map(({ what }) => what);
    if (occupants.length > 0) throw notEmpty(name, occupants);
    const others = (await session.query<{ who: string }>(sessionsSql)).map(({ who }) => who);
    if (others.length > 0 && confirm !== name) throw inUse(name, others);
    if (encoding !== manifest.database.encoding) {
      throw new ToolError(
        'RESTORE_FAILED',
        `database "${name}" has encoding ${encoding}, the backup ${manifest.database.encoding}`,
        {
          hint: `Let the restore create the database: drop the empty one with: dropdb ${name}`,
        },
      );
    }
  });
}

function inUse(name: string, others: readonly string[]): ToolError {
  return new ToolError('TARGET_IN_USE', `database "${name}" is in use`, {
    detail: `connected: ${others.slice(0, 5).join(', ')}${others.length > 5 ? ', …' : ''}`,
    hint: `Let them go first, restore into a new database with --to NAME, or turn the second key: --confirm ${name}`,
  });
}

function notEmpty(name: string, occupants: readonly string[]): ToolError {
  const shown = occupants.slice(0, 5).join(', ');
  return new ToolError('TARGET_NOT_EMPTY', `database "${name}" is not empty`, {
    detail: `it holds: ${shown}${occupants.length > 5 ? ', …' : ''}`,
    hint: 'Restore into a new database with --to NAME: nothing is ever overwritten.',
  });
}
