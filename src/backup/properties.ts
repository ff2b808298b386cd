/**
 * What belongs to the database itself and is in no dump that leaves its name open: settings, comment, connection limit,
 * grants, owner. pg_restore brings them back only with --create, and then only under the old name.
 */
import { type Finding, finding } from '../base/finding.ts';
import { ident, literal } from '../base/ident.ts';
import type { Session } from '../pg/pool.ts';
import { ServerError } from '../pg/server-error.ts';
import { withTransaction } from '../pg/transaction.ts';
import type { DatabaseFacts } from './manifest.ts';

/** The environment's mark stays with the original: a restored copy is not production. */
const NOT_COPIED = ['strata.environment'];

/** Applies them to the session's database. What the role may not set becomes a warning that holds the command. */
export async function applyProperties(
  session: Session,
  facts: DatabaseFacts,
  name: string,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const [here = '', final] = [session.target.database, name];
  for (const statement of [...settingStatements(facts), ...otherStatements(facts)]) {
    try {
      await withTransaction(session, (s) => s.batch(statement(here)));
    } catch (thrown) {
      if (!(thrown instanceof ServerError)) throw thrown;
      findings.push(
        finding({
          code: 'restore/property',
          level: 'warning',
          subject: final,
          message: `a property of the database could not be set: ${thrown.message}`,
          hint: `Run as a superuser: BEGIN; ${statement(final)}; COMMIT;`,
        }),
      );
    }
  }
  return findings;
}

type Statement = (database: string) => string;

/**
 * Through SET LOCAL … FROM CURRENT, because it keeps the recorded text as it is: writing lists like search_path as SQL
 * would mean to know which settings are lists.
 */
function settingStatements({ settings }: DatabaseFacts): readonly Statement[] {
  return settings
    .filter(({ name }) => !NOT_COPIED.includes(name))
    .map(({ role, name, value }) => {
      const setting = name.split('.').map(ident).join('.');
      const whose = (database: string): string =>
        role === null ? `DATABASE ${ident(database)}` : `ROLE ${ident(role)} IN DATABASE ${ident(database)}`;
      return (database) =>
        `SELECT set_config(${literal(name)}, ${literal(value)}, true); ALTER ${whose(database)} SET ${setting} FROM CURRENT`;
    });
}

function otherStatements(facts: DatabaseFacts): readonly Statement[] {
  const statements: Statement[] = [];
  const { comment, connection_limit, grants, owner } = facts;
  if (comment !== null) statements.push((database) => `COMMENT ON DATABASE ${ident(database)} IS ${literal(comment)}`);
  if (connection_limit !== -1)
    statements.push((database) => `ALTER DATABASE ${ident(database)} CONNECTION LIMIT ${connection_limit}`);
  // The owner first: grants that it gave itself are part of the list.
  statements.push((database) => `ALTER DATABASE ${ident(database)} OWNER TO ${ident(owner)}`);
  // Until now nobody but the owner could connect.
  if (grants === null)
    statements.push((database) => `GRANT CONNECT, TEMPORARY ON DATABASE ${ident(database)} TO PUBLIC`);
  else {
    statements.push((database) => `REVOKE ALL ON DATABASE ${ident(database)} FROM PUBLIC, ${ident(owner)}`);
    for (const { grantee, privilege, grantable } of grants) {
      const who = grantee === null ? 'PUBLIC' : ident(grantee);
      statements.push(
        (database) =>
          `GRANT ${privilege} ON DATABASE ${ident(database)} TO ${who}${grantable ? ' WITH GRANT OPTION' : ''}`,
      );
    }
  }
  return statements;
}
