/**
 * A live database into a Snapshot: all queries in one message, hence one round trip whatever the size, and one answer
 * to one moment.
 *
 * Outside a transaction the message is a transaction of its own, REPEATABLE READ and READ ONLY, which the server
 * ends by itself, also after an error. Inside a caller's transaction (`up` reads right after migrating) a savepoint
 * that is always rolled back takes its place: the settings pinned here are undone, the caller's isolation level holds.
 * Deparsing functions see the newest catalog rather than the transaction's moment; when an object goes in between, they
 * fail, and the read is repeated.
 */
import { messageOf, ToolError } from '../base/errors.ts';
import { literal, type Sql } from '../base/ident.ts';
import { describeTarget } from '../base/target.ts';
import type { BatchResult, Session } from '../pg/pool.ts';
import { isConnectionLoss, ServerError } from '../pg/server-error.ts';
import { assemble } from './assemble.ts';
import { deepFreeze } from './freeze.ts';
import { NONE, VanishedError } from './lookup.ts';
import type { QName, Snapshot } from './model.ts';
import { ALL_SCHEMAS, PIN_RELATIONS, PREPARE, QUERIES, type Rows, TABLE_QUERIES, TYPE_QUERIES } from './queries.ts';
import type { TypeSource } from './type-source.ts';

export interface ReadOptions {
  /** Exact names; default: all but PostgreSQL's own. A schema that does not exist is simply not in the Snapshot. */
  readonly schemas?: readonly string[];
  /** Owners of all objects too. Default false: they differ between environments. */
  readonly owners?: boolean;
  /** Relations to leave out with all that hangs on them and the sequences they own: the toolkit's own tables. */
  readonly exclude?: readonly QName[];
  /**
   * False: without the partitions of partitioned tables, whatever their depth; the partitioned tables themselves stay. For
   * comparing with what was recorded earlier: jobs make and drop partitions while the schema stays the same. Default true.
   */
  readonly partitions?: boolean;
}

/** With pauses of 10 ms and more between them: enough for every schema that is not changed without pause. */
const ATTEMPTS = 8;

/** Throws QUERY_FAILED or CONNECTION_LOST; the session is as it was before in any case. */
export async function readSnapshot(session: Session, options: ReadOptions = {}): Promise<Snapshot> {
  return deepFreeze(await readParts(session, QUERIES, options));
}

/**
 * The part of a Snapshot that row types are made of, for a third of the time; throws likewise. What TypeSource does not
 * name was not asked for: it is missing or empty there.
 */
export function readTypeSource(session: Session, options: Omit<ReadOptions, 'owners'> = {}): Promise<TypeSource> {
  return readParts(session, TYPE_QUERIES, options);
}

/**
 * Tables of these names, whatever their schema, and those of indexes of these names and those that their foreign keys refer to:
 * columns, constraints and indexes, nothing else. Takes as long as those tables take, not as the database does. Throws likewise.
 */
export async function readTables(
  session: Session,
  options: Pick<ReadOptions, 'schemas'> & { readonly names: readonly string[] },
): Promise<Snapshot['tables']> {
  return deepFreeze((await readParts(session, TABLE_QUERIES, options)).tables);
}

type Queries = Partial<Record<keyof Rows, string>>;

type PartOptions = ReadOptions & { readonly names?: readonly string[] };

async function readParts(session: Session, queries: Queries, options: PartOptions): Promise<Snapshot> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const { owners = false, exclude = [], partitions = true } = options;
      const rows = await fetchRows(session, queries, options);
      return assemble(rows, { serverVersion: session.serverVersion, owners, exclude, partitions });
    } catch (thrown) {
      if (attempt >= ATTEMPTS || !isVanished(thrown)) throw readFault(thrown, session);
      await new Promise((resolve) => setTimeout(resolve, attempt * 10));
    }
  }
}

async function fetchRows(session: Session, queries: Queries, { schemas, names }: PartOptions): Promise<Rows> {
  const asked = Object.entries(queries);
  const first = names === undefined ? PREPARE : [...PREPARE, PIN_RELATIONS.replaceAll(':names', () => nameList(names))];
  const texts = [...first, ...asked.map(([, query]) => query)];
  const filled = texts.map((query) => fill(query, schemas, session.serverVersion));
  const answers = (await inOneMoment(session, filled)).slice(first.length);
  const unasked = Object.keys(QUERIES).map((name) => [name, NONE]);
  const answered = asked.map(([name], i) => [name, answers[i]?.rows ?? NONE]);
  return Object.fromEntries([...unasked, ...answered]) as unknown as Rows;
}

function fill(query: string, schemas: readonly string[] | undefined, serverVersion: number): string {
  const list = schemas === undefined ? ALL_SCHEMAS : nameList(schemas);
  return query
    .replaceAll(':schemas', () => list)
    .replaceAll(':enforced', serverVersion >= 180_000 ? 'con.conenforced' : 'true');
}

function nameList(names: readonly string[]): string {
  return `ARRAY[${names.map((name): Sql => literal(name)).join(', ')}]::name[]`;
}

/** The results of the queries alone. */
async function inOneMoment(session: Session, queries: readonly string[]): Promise<readonly BatchResult[]> {
  if (session.client.getTransactionStatus() === 'I') {
    const begin = 'SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY';
    const results = await session.batch([begin, ...queries].join(';\n'));
    return results.slice(1);
  }
  const undo = ['ROLLBACK TO SAVEPOINT strata_catalog', 'RELEASE SAVEPOINT strata_catalog'];
  try {
    const results = await session.batch(['SAVEPOINT strata_catalog', ...queries, ...undo].join(';\n'));
    return results.slice(1, -undo.length);
  } catch (thrown) {
    if (!isConnectionLoss(thrown)) await session.batch(undo.join(';')).catch(() => undefined);
    throw thrown;
  }
}

/** An object that one query saw was gone for the next one, or for the function that deparses it. */
function isVanished(thrown: unknown): boolean {
  if (thrown instanceof VanishedError) return true;
  if (!(thrown instanceof ServerError)) return false;
  return /cache lookup failed|could not open relation|could not find tuple|does not exist/.test(thrown.message);
}

function readFault(thrown: unknown, session: Session): unknown {
  const where = `database: ${describeTarget(session.target)}`;
  if (isConnectionLoss(thrown)) {
    return new ToolError('CONNECTION_LOST', 'the connection broke while the catalog was read', {
      detail: where,
      cause: thrown,
    });
  }
  if (thrown instanceof ServerError) {
    return new ToolError('QUERY_FAILED', `the catalog cannot be read: ${thrown.message}`, {
      detail: [where, `SQLSTATE ${thrown.sqlstate}`, thrown.fields.detail].filter(Boolean).join('\n'),
      hint: thrown.fields.hint,
      cause: thrown,
    });
  }
  if (thrown instanceof VanishedError) {
    return new ToolError('QUERY_FAILED', `the catalog cannot be read: ${messageOf(thrown)}`, {
      detail: `${where}\nIt changed during each of ${ATTEMPTS} attempts.`,
      hint: 'Run it again when no other session changes the schema.',
      cause: thrown,
    });
  }
  return thrown;
}
