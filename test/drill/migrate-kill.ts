/**
 * A history of many small migrations, both kinds, and what must be true of the database after whatever was killed at
 * whatever moment: history and schema agree, the next `up` finishes, and nothing was done twice.
 */
import { randomBytes } from 'node:crypto';
import { ident } from '../../src/base/ident.ts';
import { type Target, withDatabaseName } from '../../src/base/target.ts';
import { withSession } from '../../src/pg/pool.ts';
import { project, type Ran, strata } from '../support/project.ts';

const COUNT = 18;

/** Every sixth runs outside a transaction and builds an index concurrently. Each leaves one row in `marks`. */
function files(): Record<string, string> {
  const numbers = Array.from({ length: COUNT }, (_, index) => index + 1);
  const first = '-- Up Migration\nCREATE TABLE marks (n int);\n-- Down Migration\nDROP TABLE marks;\n';
  return Object.fromEntries([
    ['migrations/000_marks.sql', first],
    ...numbers.map((n) => [`migrations/${version(n)}_t.sql`, text(n)]),
  ]);
}

function version(n: number): string {
  return String(n).padStart(3, '0');
}

function text(n: number): string {
  const create = `CREATE TABLE t${n} AS SELECT generate_series(1, 2000) AS id;\n`;
  const mark = `INSERT INTO marks VALUES (${n});\n`;
  const unmark = `DELETE FROM marks WHERE n = ${n};\nDROP TABLE t${n};\n`;
  if (n % 6 !== 0)
    return `-- Up Migration\n${create}CREATE INDEX t${n}_id ON t${n} (id);\n${mark}-- Down Migration\n${unmark}`;
  const alone = '-- strata: no-transaction\n';
  return `${alone}-- Up Migration\n${create}CREATE INDEX CONCURRENTLY t${n}_id ON t${n} (id);\n${mark}-- Down Migration\nDROP INDEX CONCURRENTLY t${n}_id;\n${unmark}`;
}

export interface Round {
  readonly root: string;
  readonly target: Target;
}

/** Makes the project folder of a drill. */
export function drillProject(): string {
  return project({ ...files(), 'strata.config.json': JSON.stringify({ lock: { wait: 60_000 } }) });
}

/** A new database on the server; dropped afterwards. */
export async function withRound(server: Target, root: string, work: (round: Round) => Promise<void>): Promise<void> {
  const name = `strata_drill_${randomBytes(5).toString('hex')}`;
  await withSession(server, (s) => s.query(`CREATE DATABASE ${ident(name)}`));
  await work({ root, target: withDatabaseName(server, name) });
  await withSession(server, (s) => s.query(`DROP DATABASE ${ident(name)} WITH (FORCE)`));
}

/** Milliseconds that a whole `up` takes here: moments to kill at are drawn from it. */
export async function duration(server: Target, root: string): Promise<number> {
  let took = 0;
  // The first run may wait for a build and fills V8's code cache: the second counts.
  for (let time = 0; time < 2; time += 1) {
    await withRound(server, root, async (round) => {
      const begun = performance.now();
      expectDone(await run(round, 'up'));
      took = performance.now() - begun;
    });
  }
  return took;
}

export function run({ root, target }: Round, command: 'up' | 'down', onSpawn?: (pid: number) => void): Promise<Ran> {
  const args = command === 'up' ? ['up'] : ['down', '--steps', '1000'];
  return strata(args, { cwd: root, target, onSpawn: ({ pid }) => pid !== undefined && onSpawn?.(pid) });
}

export function expectDone({ status, stderr }: Ran): void {
  if (status !== 0) throw new Error(`strata ended with ${status}:\n${stderr}`);
}

interface Facts {
  readonly applied: readonly string[];
  readonly marks: readonly number[];
  readonly tables: readonly string[];
  readonly valid: readonly string[];
}

/** What is in the database, once the sessions of the killed process are gone. */
async function facts(target: Target): Promise<Facts> {
  return withSession(target, async (session) => {
    const others =
      "SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'";
    while ((await session.query(others)).length > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    const names = async (sql: string): Promise<string[]> => (await session.query<{ x: string }>(sql)).map(({ x }) => x);
    const exists = (table: string): Promise<string[]> =>
      names(`SELECT to_regclass('${table}')::text AS x WHERE to_regclass('${table}') IS NOT NULL`);
    const history = (await exists('schema_migrations')).length > 0;
    const marked = (await exists('marks')).length > 0;
    return {
      applied: history ? await names('SELECT version AS x FROM schema_migrations ORDER BY applied_order') : [],
      marks: marked ? (await names('SELECT n::text AS x FROM marks ORDER BY n')).map(Number) : [],
      tables: await names("SELECT tablename AS x FROM pg_tables WHERE schemaname = 'public'"),
      valid: await names('SELECT indexrelid::regclass::text AS x FROM pg_index WHERE indisvalid'),
    };
  });
}

/** Throws unless history and schema say the same, whatever was killed. */
export async function expectAgreement({ target }: Round): Promise<void> {
  const { applied, marks, tables, valid } = await facts(target);
  if (new Set(marks).size !== marks.length) throw new Error(`done twice: ${marks}`);
  for (let n = 1; n <= COUNT; n += 1) {
    const recorded = applied.includes(version(n));
    const done = [tables.includes(`t${n}`), valid.includes(`t${n}_id`), marks.includes(n)];
    // Outside a transaction only "recorded, hence whole" holds; what is half done is in the journal.
    const agree =
      n % 6 === 0 ? !recorded || done.every(Boolean) || isUndoing(done) : done.every((fact) => fact === recorded);
    if (!agree) throw new Error(`${version(n)} recorded: ${recorded}; table, index, mark: ${done}`);
  }
}

/** A down outside a transaction drops index, mark, table in this order, and the history row last. */
function isUndoing([table, index, mark]: readonly (boolean | undefined)[]): boolean {
  return !index && (!mark || table === true);
}

/** Throws unless everything is there, once. */
export async function expectWhole(round: Round): Promise<void> {
  await expectAgreement(round);
  const { applied, marks, valid } = await facts(round.target);
  const missing = Array.from({ length: COUNT }, (_, i) => i + 1).filter(
    (n) => !marks.includes(n) || !valid.includes(`t${n}_id`),
  );
  if (applied.length !== COUNT + 1 || missing.length > 0) throw new Error(`applied ${applied}; not whole: ${missing}`);
  const verified = await strata(['verify'], { cwd: round.root, target: round.target });
  if (verified.status !== 0) throw new Error(verified.stdout + verified.stderr);
}

/**
 * After a kill: the state agrees, and going on in the same direction or upwards ends well. A down that stopped in the
 * middle of a migration outside a transaction is finished by `down` first, as `up` says.
 */
export async function expectRecovery(round: Round, command: 'up' | 'down'): Promise<void> {
  await expectAgreement(round);
  if (command === 'down') expectDone(await run(round, 'down'));
  expectDone(await run(round, 'up'));
  await expectWhole(round);
}

/** Rounds of a drill, or the sample in the suite. */
export function rounds(sample: number): number {
  return Number(process.env.DRILL_ROUNDS ?? sample);
}
