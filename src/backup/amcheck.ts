/**
 * Looks at every page of a restored database: pg_amcheck reads all heaps and B-trees and checks that each row is in each
 * index, in the order that the collation of this machine gives. It writes one extension into the database, so it runs
 * in copies only.
 */
import { ToolError } from '../base/errors.ts';
import { type Finding, finding } from '../base/finding.ts';
import type { Runtime } from '../base/runtime.ts';
import { majorOf, type Session } from '../pg/pool.ts';
import type { SearchOptions } from '../pg/program-search.ts';
import { findProgram, type Program, runProgram } from '../pg/programs.ts';
import extensionsAvailableSql from './sql/extensions-available.sql';

export interface Amchecked {
  /** False: it could not be run here; a note says why. */
  readonly done: boolean;
  readonly findings: readonly Finding[];
}

export interface AmcheckInput {
  /** How findings call the database. */
  readonly subject: string;
  /** Tables and indexes looked at side by side. Default 1. */
  readonly jobs?: number | undefined;
  readonly search?: SearchOptions;
  readonly runtime: Runtime;
}

/** Throws PROGRAM_FAILED when pg_amcheck ends without a result. */
export async function amcheck(
  session: Session,
  { subject, jobs = 1, search = {}, runtime }: AmcheckInput,
): Promise<Amchecked> {
  const program = await programOrReason(session, runtime, search);
  if (typeof program === 'string') {
    const message = `the pages of tables and indexes were not checked: ${program}`;
    return { done: false, findings: [finding({ code: 'drill/no-amcheck', level: 'note', subject, message })] };
  }
  // Without a name the database is PGDATABASE: a name on the command line would be a pattern. Not --rootdescend, which takes two
  // thirds of the time: it was written to develop B-trees, and finds nothing in practice that the others do not.
  const args = ['--install-missing', '--heapallindexed', '--parent-check', `--jobs=${jobs}`, '--no-password'];
  const { env, signal } = runtime;
  const { exit, stdout } = await runProgram(program, args, session.target, { env, signal, okExits: [0, 2] });
  return { done: true, findings: exit === 0 ? [] : corruptions(stdout, subject) };
}

async function programOrReason(session: Session, runtime: Runtime, search: SearchOptions): Promise<Program | string> {
  const [extension] = await session.query<{ name: string }>(extensionsAvailableSql, [['amcheck']]);
  if (!extension) return 'the server has no extension amcheck';
  try {
    return await findProgram('pg_amcheck', majorOf(session), runtime.env, search);
  } catch (thrown) {
    if (!(thrown instanceof ToolError) || !thrown.code.startsWith('PROGRAM_')) throw thrown;
    return `${thrown.message}. ${thrown.more.hint ?? ''}`;
  }
}

/** pg_amcheck names an object on a line of its own; what is wrong with it follows, indented. */
function corruptions(stdout: string, subject: string): readonly Finding[] {
  const findings: Finding[] = [];
  let where = subject;
  for (const line of stdout.split('\n').filter((text) => text.trim() !== '')) {
    if (/^\S/.test(line)) where = line.replace(/:$/, '');
    else findings.push(finding({ code: 'drill/corrupt', level: 'error', subject: where, message: line.trim() }));
  }
  if (findings.length > 0) return findings;
  return [finding({ code: 'drill/corrupt', level: 'error', subject, message: stdout.trim() || 'pages are damaged' })];
}
