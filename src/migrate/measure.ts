/** What a statement did to the tables of a scratch database, from what its transaction holds before and after it. */
import type { Session } from '../pg/pool.ts';
import heldText from './sql/rehearse-held.sql';
import tablesText from './sql/rehearse-tables.sql';
import watchText from './sql/rehearse-watch.sql';

/** Table locks by strength; the names are PostgreSQL's own. */
export const LOCK_LEVELS = [
  'ACCESS SHARE',
  'ROW SHARE',
  'ROW EXCLUSIVE',
  'SHARE UPDATE EXCLUSIVE',
  'SHARE',
  'SHARE ROW EXCLUSIVE',
  'EXCLUSIVE',
  'ACCESS EXCLUSIVE',
] as const;

export type MeasuredLevel = (typeof LOCK_LEVELS)[number];

export interface MeasuredRelation {
  readonly schema: string;
  readonly name: string;
  /** The strongest that is held when the statement is done. */
  readonly lock: MeasuredLevel;
  /** False: the transaction held it before the statement began. */
  readonly taken: boolean;
  /** `rewrite`: rows are in another file now. `rows`: it wrote rows. */
  readonly work: 'metadata' | 'scan' | 'rewrite' | 'rows';
  /** Whether the table of the copy has rows: an empty one is not always looked into. */
  readonly filled: boolean;
}

export interface Measured {
  /** As the client saw it, on the copy. */
  readonly milliseconds: number;
  /** Tables that were there before the migration; partitions are told as the table they belong to. */
  readonly relations: readonly MeasuredRelation[];
  /** True: locks were looked at from outside while it ran, so that short ones may be missing. */
  readonly sampled: boolean;
}

interface TableRow {
  readonly oid: string;
  readonly schema: string;
  readonly name: string;
  readonly filenode: string | null;
  readonly root: string;
  readonly scans: string | null;
  readonly written: string | null;
}

interface HeldRow {
  readonly oid: string;
  readonly modes: readonly string[];
  readonly filenode: string | null;
  readonly scans: string | null;
  readonly written: string | null;
  readonly filled: boolean;
}

interface State {
  readonly level: number;
  readonly filenode: string | null;
  readonly scans: number;
  readonly written: number;
}

/** One migration's tables, and what is known of each so far. */
export class Meter {
  private readonly tables: ReadonlyMap<string, TableRow>;
  private readonly states = new Map<string, State>();

  private constructor(rows: readonly TableRow[]) {
    this.tables = new Map(rows.map((row) => [row.oid, row]));
  }

  /** Inside the transaction whose statements are measured. */
  static async read(session: Session): Promise<Meter> {
    return new Meter(await session.query<TableRow>(tablesText));
  }

  /** To be sent behind a statement, in its message; its rows go to `after`. */
  static readonly question: string = heldText;

  after(rows: readonly object[]): readonly MeasuredRelation[] {
    const found = (rows as readonly HeldRow[]).flatMap((row) => {
      const table = this.tables.get(row.oid);
      return table ? [this.compare(table, row)] : [];
    });
    return this.merged(found);
  }

  /** Of a statement that ran alone: locks that were seen, and files that are others now. */
  async alone(session: Session, seen: ReadonlyMap<string, number>): Promise<readonly MeasuredRelation[]> {
    const now = new Map((await session.query<TableRow>(tablesText)).map((row) => [row.oid, row]));
    const found = [...seen].flatMap(([oid, level]): Told[] => {
      const table = this.tables.get(oid);
      if (!table) return [];
      const moved = now.has(oid) && now.get(oid)?.filenode !== table.filenode;
      return [{ table, level, taken: true, work: moved ? 'rewrite' : 'metadata', filled: false }];
    });
    return this.merged(found);
  }

  private compare(table: TableRow, row: HeldRow): Told {
    const before = this.states.get(row.oid) ?? stateOf(table, -1);
    const level = Math.max(...row.modes.map(levelOf));
    const now = stateOf(row, level);
    this.states.set(row.oid, now);
    // A dropped table has no file.
    const moved = now.filenode !== null && now.filenode !== before.filenode;
    const scanned = now.scans > before.scans;
    const work = moved ? 'rewrite' : now.written > before.written ? 'rows' : scanned ? 'scan' : 'metadata';
    return { table, level, taken: level > before.level, work, filled: row.filled };
  }

  /** One for each table, partitions under their root: the strongest lock and the heaviest work. */
  private merged(found: readonly Told[]): readonly MeasuredRelation[] {
    const byRoot = new Map<string, Told>();
    for (const one of found) {
      const { root } = one.table;
      const known = byRoot.get(root);
      byRoot.set(root, known ? heavier(known, one) : one);
    }
    return [...byRoot].map(([root, { table, level, ...rest }]) => {
      const { schema, name } = this.tables.get(root) ?? table;
      return { schema, name, lock: LOCK_LEVELS[level] ?? 'ACCESS SHARE', ...rest };
    });
  }
}

function stateOf({ filenode, scans, written }: Pick<HeldRow, 'filenode' | 'scans' | 'written'>, level: number): State {
  return { level, filenode, scans: Number(scans ?? 0), written: Number(written ?? 0) };
}

interface Told extends Pick<MeasuredRelation, 'taken' | 'work' | 'filled'> {
  readonly table: TableRow;
  /** Index in LOCK_LEVELS. */
  readonly level: number;
}

const WEIGHT = { metadata: 0, rows: 1, scan: 2, rewrite: 3 } as const;

function heavier(a: Told, b: Told): Told {
  return {
    table: a.table,
    level: Math.max(a.level, b.level),
    taken: a.level === b.level ? a.taken || b.taken : a.level > b.level ? a.taken : b.taken,
    work: WEIGHT[a.work] >= WEIGHT[b.work] ? a.work : b.work,
    filled: a.filled || b.filled,
  };
}

/** `AccessExclusiveLock` as its index in LOCK_LEVELS. */
function levelOf(mode: string): number {
  const words = mode
    .replace(/Lock$/, '')
    .replace(/(?!^)([A-Z])/g, ' $1')
    .toUpperCase();
  return (LOCK_LEVELS as readonly string[]).indexOf(words);
}

/** Looks from outside at what process `pid` holds, until `work` is done. The strongest lock seen by table. */
export async function watched(
  watcher: Session,
  pid: number,
  work: Promise<unknown>,
): Promise<ReadonlyMap<string, number>> {
  const seen = new Map<string, number>();
  let running = true;
  const ended = work.then(
    () => undefined,
    () => undefined,
  );
  void ended.then(() => {
    running = false;
  });
  while (running) {
    const rows = await watcher.query<Pick<HeldRow, 'oid' | 'modes'>>(watchText, [pid]);
    for (const { oid, modes } of rows) seen.set(oid, Math.max(seen.get(oid) ?? -1, ...modes.map(levelOf)));
  }
  await work;
  return seen;
}
