/** Scripts of the project's own that run in transactions of ours: erasures, smoke scripts, the audit log's. */
import { type Code, ToolError } from '../base/errors.ts';
import type { ServerError } from '../pg/server-error.ts';
import { frame, offsetOfPosition, placeAt } from '../syntax/place.ts';
import { splitScript } from '../syntax/split.ts';
import { transactionNature } from '../syntax/transactional.ts';

export interface Script {
  /** Path of the script, relative to the project folder. */
  readonly file: string;
  readonly sql: string;
}

/** Throws `code` for a script that begins or commits by itself. */
export function refuseTransactions(code: Code, { file, sql }: Script): void {
  const control = splitScript(sql)
    .statements.map(transactionNature)
    .find(({ kind }) => kind !== 'free');
  if (!control || control.kind === 'free') return;
  throw new ToolError(code, `${file}: ${control.what} does not go inside the transaction that the script runs in`, {
    hint: 'Take it out of the script: strata begins and commits, so that it happens whole or not at all.',
  });
}

/** The server's words with the line that they are about. */
export function scriptFault(code: Code, thrown: ServerError, { file, sql }: Script, hint: string): ToolError {
  const { position, detail, where } = thrown.fields;
  const place = position === undefined ? null : placeAt(file, sql, offsetOfPosition(sql, position));
  const facts = [place && frame(sql, place), `SQLSTATE ${thrown.sqlstate}`, detail, where];
  return new ToolError(code, `${file}${place ? `:${place.line}` : ''}: ${thrown.message}`, {
    detail: facts.filter(Boolean).join('\n'),
    hint,
    cause: thrown,
  });
}
