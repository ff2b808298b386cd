/**
 * What belongs to the server and is in no dump of a database: roles, their settings and memberships, tablespaces. A
 * drill brings all of globals.sql back on its own server, dumps it there again and compares: a file of roles that nobody
 * ever ran is a hope.
 */
import { type Finding, finding } from '../base/finding.ts';
import type { Target } from '../base/target.ts';
import type { Session } from '../pg/pool.ts';
import { databaseArgument } from '../pg/program-env.ts';
import { type Program, runProgram } from '../pg/programs.ts';
import { ServerError } from '../pg/server-error.ts';
import { splitScript } from '../syntax/split.ts';

export interface ProgramOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

/**
 * Text of globals.sql: without passwords, so that a backup's folder cannot be used to log in, unless asked; then only a
 * superuser may.
 */
export async function dumpGlobals(
  pgDumpall: Program,
  target: Target,
  { passwords, ...options }: ProgramOptions & { readonly passwords: boolean },
): Promise<string> {
  const without = passwords ? [] : ['--no-role-passwords'];
  const args = ['--globals-only', ...without, '--no-password', databaseArgument(target.database)];
  return (await runProgram(pgDumpall, args, target, options)).stdout;
}

/**
 * Runs globals.sql on a fresh server, as its superuser. Tablespaces are made inside the data directory, whatever their
 * location was: that folder may be in use on this machine. What the server refuses is an error of the backup.
 */
export async function applyGlobals(session: Session, text: string): Promise<readonly Finding[]> {
  await session.query('SET allow_in_place_tablespaces = on');
  const findings: Finding[] = [];
  for (const statement of globalStatements(text, session.target.user)) {
    try {
      await session.query(statement);
    } catch (thrown) {
      if (!(thrown instanceof ServerError)) throw thrown;
      findings.push(difference(statement, `the server refused it: ${thrown.message}`));
    }
  }
  return findings;
}

/** What differs between the globals of two servers. `superuser` runs the second one and is left out. Pure. */
export function globalsDifferences(before: string, after: string, superuser: string): readonly Finding[] {
  const [was, is] = [before, after].map((text) => new Set(globalStatements(text, superuser).map(settled))) as [
    Set<string>,
    Set<string>,
  ];
  const lost = [...was].filter((statement) => !is.has(statement));
  const strange = [...is].filter((statement) => !was.has(statement));
  return [
    ...lost.map((statement) => difference(statement, 'it was backed up and is not on the restored server')),
    ...strange.map((statement) => difference(statement, 'it is on the restored server and was not backed up')),
  ];
}

/**
 * The statements that make something. Without those about the superuser of the new server, who exists and must be able
 * to go on; without grantors, who may not be allowed to grant on a server whose first superuser is another.
 */
function globalStatements(text: string, superuser: string): readonly string[] {
  const sql = text.replace(/^\\(?:un)?restrict .*$/gm, '');
  const own = new RegExp(`^(?:CREATE|ALTER) ROLE "?${superuser}"?(?: WITH |$)`);
  return splitScript(sql)
    .statements.map((statement) => statement.sql)
    .filter((statement) => !/^SET /.test(statement) && !own.test(statement))
    .map((statement) => statement.replace(/ GRANTED BY (?:"(?:[^"]|"")+"|\S+)$/, ''))
    .map((statement) => statement.replace(/^(CREATE TABLESPACE .*) LOCATION '.*'$/, "$1 LOCATION ''"));
}

/** The end of a password's validity is written in the server's time zone. */
function settled(statement: string): string {
  return statement.replace(/VALID UNTIL '([^']+)'/, (whole, time: string) => {
    const instant = Date.parse(time.replace(/([+-]\d\d)$/, '$1:00').replace(' ', 'T'));
    return Number.isNaN(instant) ? whole : `VALID UNTIL '${new Date(instant).toISOString()}'`;
  });
}

function difference(statement: string, message: string): Finding {
  return finding({ code: 'drill/globals', level: 'error', subject: statement, message });
}
