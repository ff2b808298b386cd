/** A script of the project's own that the server refused: an erasure, a smoke script. */
import { type Code, ToolError } from '../base/errors.ts';
import type { ServerError } from '../pg/server-error.ts';
import { frame, offsetOfPosition, placeAt } from '../syntax/place.ts';

export interface Script {
  /** Path of the script, relative to the project folder. */
  readonly file: string;
  readonly sql: string;
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
