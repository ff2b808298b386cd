/** A reference to a part, into the SQL that installs it or takes it away. */
import { ToolError } from '../base/errors.ts';
import type { Place } from '../base/finding.ts';
import { placer } from '../syntax/place.ts';
import type { MigrationFile, SqlPart } from './model.ts';
import { type PartAction, partFile } from './parts.ts';
import type { Piece } from './script.ts';
import { transition } from './transition.ts';

export interface PartReference {
  readonly action: PartAction;
  readonly path: string;
  readonly version: number;
  readonly replaces: number | null;
}

/** Throws MIGRATION_INVALID for a part that is missing or that the scan for checksums could not see. */
export function partPieces(file: MigrationFile, call: PartReference, place: Place, folder: string): Piece[] {
  const own = find(file, call.path, call.version, place, folder);
  const older = call.replaces === null ? null : find(file, call.path, call.replaces, place, folder);
  const [from, to] =
    call.action === 'install' ? [older, own] : call.action === 'uninstall' ? [own, older] : [own, null];
  return transition(from, to).map(({ sql, source }) => ({
    sql,
    origin: call.action,
    placeOf: source ? partPlace(source.part, source.offset) : () => place,
  }));
}

/** Places by the statement's beginning: what CREATE OR REPLACE inserts does not matter there. */
function partPlace(part: SqlPart, start: number): (offset: number) => Place {
  const place = placer(part.file, part.source);
  return (offset) => place(start + offset);
}

function find(file: MigrationFile, path: string, version: number, place: Place, folder: string): SqlPart {
  const wanted = `${folder.replaceAll('\\', '/')}/${partFile(path, version)}`;
  const part = file.parts.find((candidate) => candidate.file === wanted);
  if (part) return part;
  throw new ToolError('MIGRATION_INVALID', `${place.file}:${place.line}: there is no ${wanted} to refer to`, {
    detail:
      'The file is missing, or the call does not write its name and version out, so that its checksum could not be known.',
    hint: `Create ${wanted}, and refer to it with literal arguments: pgm.install('${path}', ${version}).`,
  });
}
