/** What the server refused, told in terms of the seed file: which file, which row, which line. */
import { messageOf, ToolError } from '../base/errors.ts';
import { finding } from '../base/finding.ts';
import { ServerError, SQLSTATE } from '../pg/server-error.ts';
import type { Batch, FileLoad } from './tables.ts';

/** A value that its column's type does not take: COPY names the line and the column. */
export function copyFault(thrown: unknown, load: FileLoad, batch: Batch): unknown {
  if (!(thrown instanceof ServerError)) return thrown;
  const [, line, column] =
    /COPY \S+, line (\d+)(?:, column ("(?:[^"]|"")+"|[^:]+))?/.exec(thrown.fields.where ?? '') ?? [];
  const row = line === undefined ? null : (batch.numbers[Number(line) - 1] ?? null);
  const known = batch.columns.find(({ name }) => name === column);
  return refusal(thrown, load, row, known?.name ?? null);
}

/** A row that a constraint, a trigger or a policy does not let in. `row`: 0-based in the file; null when unknown. */
export function insertFault(thrown: unknown, load: FileLoad | undefined, row: number | null): unknown {
  return thrown instanceof ServerError && load ? refusal(thrown, load, row, thrown.fields.column ?? null) : thrown;
}

function refusal(error: ServerError, { file, table }: FileLoad, row: number | null, column: string | null): ToolError {
  const pointer = column === null ? '' : `/${column}`;
  const subject = row === null ? file.file : `${file.file}, row ${row + 1}${pointer && ` ${pointer}`}`;
  const place = row === null ? { file: file.file, line: 1, column: 1 } : file.locate(row, pointer);
  const hint = hintFor(error, table.name);
  const fault = finding({
    code: 'seed/refused',
    level: 'error',
    subject,
    message: error.message,
    place,
    ...(hint ? { hint } : {}),
  });
  const where = row === null ? file.file : `${file.file}:${place.line}, row ${row + 1}`;
  const facts = [
    `at ${where}`,
    ...(error.fields.detail ? [error.fields.detail] : []),
    ...(error.fields.constraint ? [`constraint: ${error.fields.constraint}`] : []),
    `SQLSTATE ${error.sqlstate}; nothing was loaded`,
  ];
  return new ToolError('SEED_FAILED', `seeding table "${table.name}" failed: ${messageOf(error)}`, {
    detail: facts.join('\n'),
    hint: hint ?? error.fields.hint,
    cause: error,
    findings: [fault],
  });
}

function hintFor(error: ServerError, table: string): string | undefined {
  if (error.sqlstate === '23503')
    return 'Seed the row it refers to first: in an earlier file, or in a set that "depends" names.';
  if (error.sqlstate === '23505') {
    return `Another row of "${table}" has that value under another key: change one of them, or name the key in set.json ("keys").`;
  }
  if (error.sqlstate === SQLSTATE.insufficientPrivilege) {
    return `Seed as a role that may write "${table}"; where row security is forced, as one with BYPASSRLS.`;
  }
  return undefined;
}
