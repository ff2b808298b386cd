/**
 * Where in the author's files a statement failed, from what the server says: its position counts characters of the
 * statement that was sent. Exact for `.sql` files, parts, and SQL that stands in a TypeScript file as it is; for all
 * other builder calls the place is the call, and the frame shows the rendered SQL beside it.
 */
import type { Place } from '../base/finding.ts';
import type { Statement } from '../base/plan.ts';
import { frame, offsetAt, offsetOfPosition, placeAt, verbatimOffset } from '../syntax/place.ts';
import type { MigrationFile } from './model.ts';

export interface Located {
  readonly place: Place;
  /** Some lines around it, with numbers and a caret. */
  readonly frame: string;
}

/** `position`: PostgreSQL's own (1-based, in characters); undefined: the statement's beginning. */
export function locate(file: MigrationFile, statement: Statement, position?: number): Located {
  const { place, sql } = statement;
  const source = sourceOf(file, place.file);
  const offset = position === undefined ? 0 : offsetOfPosition(sql, position);
  const start = source === null ? null : offsetAt(source, place);
  const exact = source === null || start === null ? null : verbatimOffset(source, start, sql, offset);
  if (source !== null && exact !== null) {
    const found = placeAt(place.file, source, exact);
    return { place: found, frame: frame(source, found) };
  }
  const call = source === null ? '' : `${frame(source, place, { before: 1, after: 0 })}\n`;
  if (position === undefined && source !== null) return { place, frame: call.trimEnd() };
  const inSql = placeAt(place.file, sql, offset);
  return { place, frame: `${call}rendered:\n${frame(sql, inSql)}` };
}

/** The text of the migration, its down file, or one of its parts. */
function sourceOf(file: MigrationFile, path: string): string | null {
  if (path === file.file) return file.source;
  if (path === file.downFile?.file) return file.downFile.source;
  return file.parts.find((part) => part.file === path)?.source ?? null;
}
