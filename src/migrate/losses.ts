/**
 * What data a plan would drop, told before it does: tables, columns, rows that its statements delete, with the number
 * of rows that the server believes they have. By the first words of each statement, since a run does not load the
 * parser; what a function or a DO block does cannot be seen from outside and is not claimed.
 */
import { type Finding, finding } from '../base/finding.ts';
import type { PlanStep, Statement } from '../base/plan.ts';
import type { Session } from '../pg/pool.ts';
import estimatesText from './sql/row-estimates.sql';
import { bare, NAME, QUALIFIED } from './standalone.ts';

const LIST = String.raw`${QUALIFIED}(?:\s*,\s*${QUALIFIED})*`;

const DROP = new RegExp(String.raw`^drop\s+(table|materialized\s+view|schema)\s+(?:if\s+exists\s+)?(${LIST})`, 'i');
const TRUNCATE = new RegExp(String.raw`^truncate\s+(?:table\s+)?(?:only\s+)?(${LIST})`, 'i');
const DELETE = new RegExp(String.raw`^delete\s+from\s+(?:only\s+)?(${QUALIFIED})`, 'i');
const ALTER = new RegExp(String.raw`^alter\s+table\s+(?:if\s+exists\s+)?(?:only\s+)?(${QUALIFIED})\s+(.*)$`, 'is');
const LOSES_NOTHING = String.raw`(?!(?:constraint|identity|default|not|expression)\b)`;
const DROP_COLUMN = new RegExp(
  String.raw`(?:^|,)\s*drop\s+${LOSES_NOTHING}(?:column\s+)?(?:if\s+exists\s+)?(${NAME})`,
  'gi',
);

interface Loss {
  readonly step: PlanStep;
  readonly statement: Statement;
  /** `drops table`, `drops column name of`, `empties`. */
  readonly verb: string;
  /** As written, for to_regclass(). */
  readonly table: string;
}

/** One finding (level note, `migrate/drops-data`) for every table or column that goes, with its estimated rows. */
export async function losses(session: Session, steps: readonly PlanStep[]): Promise<readonly Finding[]> {
  const found = steps.flatMap((step) =>
    step.script.kind === 'statements' ? step.script.statements.flatMap((statement) => lossesOf(step, statement)) : [],
  );
  if (found.length === 0) return [];
  const rows = await session.query<{ found: boolean; rows: string }>(estimatesText, [found.map(({ table }) => table)]);
  return found.flatMap(({ step, statement, verb, table }, index) => {
    const row = rows[index];
    // Not there: made and dropped again by this very run, or dropped IF EXISTS. A schema is no relation.
    if (!row?.found && verb !== 'drops schema') return [];
    const count = !row?.found || row.rows === '-1' ? 'rows not counted' : `about ${row.rows} rows`;
    return [
      finding({
        code: 'migrate/drops-data',
        level: 'note',
        subject: table,
        message: `${step.direction} of ${step.name} ${verb} ${table} (${count})`,
        place: statement.place,
        key: verb,
      }),
    ];
  });
}

/** The patterns above take the regular expression compiler 7 ms: most statements need none of them. */
const MAY_LOSE = new RegExp(
  String.raw`^(?:drop\s+(?:table|materialized|schema)|truncate|delete)\s|^alter\s+table\s[^]*\bdrop\s+${LOSES_NOTHING}`,
  'i',
);

function lossesOf(step: PlanStep, statement: Statement): Loss[] {
  const text = bare(statement.sql);
  if (!MAY_LOSE.test(text)) return [];
  const loss = (verb: string, table: string): Loss => ({ step, statement, verb, table: table.trim() });
  const dropped = DROP.exec(text);
  if (dropped)
    return names(dropped[2]).map((name) => loss(`drops ${dropped[1]?.toLowerCase().replace(/\s+/, ' ')}`, name));
  const truncated = TRUNCATE.exec(text);
  if (truncated) return names(truncated[1]).map((name) => loss('empties', name));
  const deleted = DELETE.exec(text);
  if (deleted) return [loss('deletes rows of', deleted[1] ?? '')];
  const altered = ALTER.exec(text);
  if (!altered) return [];
  return [...(altered[2] ?? '').matchAll(DROP_COLUMN)].map(([, column]) =>
    loss(`drops column ${column} of`, altered[1] ?? ''),
  );
}

function names(list = ''): string[] {
  return list.match(new RegExp(QUALIFIED, 'gi')) ?? [];
}
