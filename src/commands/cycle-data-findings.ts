/** What a cycle showed of rows, as Findings: what down lost, what up lost for good, what is left, what up makes otherwise. */
import { type Finding, finding } from '../base/finding.ts';
import type { CycleResult } from '../migrate/cycle.ts';
import type { Lost } from '../migrate/cycle-data.ts';
import type { RowsChange } from '../migrate/cycle-rows.ts';
import type { CompiledMigration } from '../migrate/model.ts';
import type { ReplayFailure } from '../migrate/replay.ts';
import { placeOf } from './cycle-findings.ts';

/** A statement with one of these is looked at first. */
const TAKES = /\b(?:drop|delete|truncate|update)\b/i;

export function dataFindings(result: CycleResult | undefined): readonly Finding[] {
  if (!result?.data) return [];
  const { migration, data } = result;
  return [
    ...data.lost.map((lost) => (lost.change.kind === 'more' ? left(migration, lost) : gone(migration, lost))),
    ...data.unlike.map((change) => notRestored(migration, change)),
  ];
}

function gone(migration: CompiledMigration, { change, by }: Lost): Finding {
  const { name, file } = migration.file;
  const subject = subjectOf(change);
  const what = told(change, 'before up');
  const hints = {
    down: `Let the down of ${file} take away only what its up made.`,
    up: `If it must be possible to go back, keep the data in up until a later migration, or restore it in the down of ${file}.`,
  };
  return finding({
    code: 'cycle/data-lost',
    level: by === 'down' ? 'error' : 'warning',
    subject,
    message: by === 'down' ? `${name}: after down ${what}` : `${name}: up changes data for good: after down ${what}`,
    hint: hints[by],
    place: placeOf(migration, subject, by === 'down' ? ['down', 'up'] : ['up', 'down'], TAKES),
    key: `${name} ${change.kind} ${by}`,
  });
}

function left(migration: CompiledMigration, { change }: Lost): Finding {
  const { name, file } = migration.file;
  const subject = subjectOf(change);
  return finding({
    code: 'cycle/data-left',
    level: 'warning',
    subject,
    message: `${name}: after down ${told(change, 'before up')}`,
    hint: `Delete in the down of ${file} the rows that its up inserts.`,
    place: placeOf(migration, subject, ['up', 'down'], /\b(?:insert|copy|merge)\b/i),
    key: `${name} more`,
  });
}

function notRestored(migration: CompiledMigration, change: RowsChange): Finding {
  const { name, file } = migration.file;
  const subject = subjectOf(change);
  return finding({
    code: 'cycle/data-not-restored',
    level: 'warning',
    subject,
    message: `${name}: after up again ${told(change, 'after the first up')}`,
    hint: `Going back and forth with ${file} does not give the data that going forth once gives: look at what its down leaves for up to work with.`,
    place: placeOf(migration, subject, ['up', 'down'], /\b(?:update|insert|delete|merge)\b/i),
    key: `${name} again ${change.kind}`,
  });
}

function subjectOf(change: RowsChange): string {
  const table = `${change.schema}.${change.name}`;
  return 'column' in change ? `${table}.${change.column}` : table;
}

function told(change: RowsChange, than: string): string {
  const subject = subjectOf(change);
  switch (change.kind) {
    case 'table':
      return `table ${subject} is gone with its rows: ${change.rows}`;
    case 'column':
      return `column ${subject} is gone with its values: ${change.rows}`;
    case 'values':
      return change.rows === change.left
        ? `column ${subject} has other values than ${than}`
        : `column ${subject} has ${change.left} values, and had ${change.rows} ${than}`;
    case 'fewer':
    case 'more':
      return `table ${subject} has ${change.left} rows, and had ${change.rows} ${than}`;
    case 'pairs':
      return `rows of ${subject} combine their values otherwise than ${than}`;
  }
}

/** An up that runs without rows and not on those that were put in: it is judged without them. */
export function refusesRows(migration: CompiledMigration, failure: ReplayFailure): Finding {
  const { name } = migration.file;
  return finding({
    code: 'cycle/up-refuses-rows',
    level: 'warning',
    subject: name,
    message: `${name} does not run on tables with rows, and was cycled without: ${failure.message}`,
    hint: `Where tables have rows it may fail like this. If it is only these rows, put fitting ones into a seed set.\n${failure.detail}`.trim(),
    place: failure.place,
    key: 'refuses rows',
  });
}

/** What was not judged is told: tables that no row fits, and a run that saw no row at all. */
export function unjudged(results: readonly CycleResult[], seeds: string): readonly Finding[] {
  const refused = new Map(
    results.flatMap(({ data }) => data?.refused ?? []).map((table) => [`${table.schema}.${table.name}`, table.reason]),
  );
  const judged = results.some(({ data }) => (data?.judged ?? 0) > 0);
  const notes = [...refused].map(([subject, reason]) =>
    finding({
      code: 'cycle/no-rows',
      level: 'note',
      subject,
      message: `${subject} had no rows in some steps, since none was accepted: ${reason}`,
      hint: `Put a row that fits into a seed set below ${seeds}.`,
      key: 'no rows',
    }),
  );
  return judged ? notes : [...notes, noData(seeds, refused.size)];
}

function noData(seeds: string, refused: number): Finding {
  return finding({
    code: 'cycle/no-data',
    // Without a table before any up there was nothing that could have been judged.
    level: refused > 0 ? 'error' : 'warning',
    subject: seeds,
    message: 'no table had rows before any up: nothing was judged of data',
    hint:
      refused > 0
        ? `Put rows into seed sets below ${seeds}.`
        : 'The second migration on a table is the first that data can be judged of.',
    key: 'no data',
  });
}
