/**
 * What a cycle says about rows. Four looks at the contents: before up, after up, after down, after up again. What is not
 * after down as it was before up is lost; whether by up or by down, the look between them tells. What the second up does
 * not make as the first did, is told too, unless it is the same loss.
 */
import type { QName, Snapshot } from '../catalog/model.ts';
import type { Session } from '../pg/pool.ts';
import {
  type Contents,
  changeKey,
  compareContents,
  computedColumns,
  type Exempt,
  type RowsChange,
  readContents,
} from './cycle-rows.ts';
import type { CompiledMigration } from './model.ts';
import type { ReplayFailure } from './replay.ts';

export interface FilledTables {
  /** Tables that stay empty, and why. */
  readonly refused: readonly (QName & { readonly reason: string })[];
}

export interface CycleData {
  /** Puts rows into tables that have none, before each up; null: the database has rows of its own. */
  readonly fill: ((session: Session, snapshot: Snapshot) => Promise<FilledTables>) | null;
  /** Names of migrations whose up does not run on rows that were put in: they are judged without. */
  readonly bare: ReadonlySet<string>;
  /** Such a migration was met: the next chain must know it. */
  readonly onRefusal: (migration: CompiledMigration, failure: ReplayFailure) => void;
}

export interface Lost {
  readonly change: RowsChange;
  /** The direction after which it was no longer there. */
  readonly by: 'up' | 'down';
}

/** What the cycle of one migration showed of rows. */
export interface DataResult {
  /** Tables before up, and how many of them had rows: only those are judged. */
  readonly tables: number;
  readonly judged: number;
  readonly refused: FilledTables['refused'];
  readonly lost: readonly Lost[];
  /** What the second up made otherwise than the first. */
  readonly unlike: readonly RowsChange[];
}

/** Looks at rows between the steps of one migration's cycle. */
export interface DataWatch {
  readonly look: (step: Step, session: Session, snapshot: Snapshot) => Promise<void>;
  readonly result: () => DataResult;
}

type Step = 'up' | 'down' | 'up again';

/** Fills what is empty, unless the migration is to be judged without rows, and takes the first look. */
export async function watchData(
  session: Session,
  before: Snapshot,
  { fill, bare }: CycleData,
  { file }: CompiledMigration,
): Promise<DataWatch> {
  const { refused } = fill !== null && !bare.has(file.name) ? await fill(session, before) : { refused: [] };
  const contents = await readContents(session, before);
  const looks: Partial<Record<Step, { readonly contents: Contents; readonly snapshot: Snapshot }>> = {};
  return {
    look: async (step, on, snapshot) => {
      looks[step] = { contents: await readContents(on, snapshot), snapshot };
    },
    result: () => {
      const { up, down, 'up again': again } = looks;
      const judged = [...contents.values()].filter(({ rows }) => rows > 0).length;
      const lost = up && down ? lostIn(contents, up.contents, down.contents, ownTouch(before)) : [];
      const told = new Set(lost.map(({ change }) => changeKey(change)));
      const exempt = up ? computedColumns(up.snapshot, 'all') : new Set<string>();
      const unlike = up && again ? compareContents(up.contents, again.contents, exempt) : [];
      return {
        tables: contents.size,
        judged,
        refused,
        lost,
        unlike: unlike.filter((change) => !told.has(changeKey(change))),
      };
    },
  };
}

/** Clock columns that an UPDATE's trigger may have set: up changed them on its way, which is no loss. */
function ownTouch(before: Snapshot): Exempt {
  return computedColumns(before, 'with triggers');
}

function lostIn(before: Contents, up: Contents, down: Contents, exempt: Exempt): readonly Lost[] {
  const already = compareContents(before, up, exempt);
  return compareContents(before, down, exempt).map((change) => ({ change, by: byOf(change, already) }));
}

/** Taken by up, when after it the same column, or rows of the table, were already not what they had been. */
function byOf(change: RowsChange, already: readonly RowsChange[]): Lost['by'] {
  const met = already.some(
    (other) =>
      other.schema === change.schema &&
      other.name === change.name &&
      (!('column' in other) || !('column' in change) || other.column === change.column),
  );
  return met ? 'up' : 'down';
}
