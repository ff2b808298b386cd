/**
 * `.sql` migrations. Sections are told apart as node-pg-migrate does: a line that begins with `--` and holds
 * "up migration" or "down migration", in any case. Lines of ours inside a section:
 *
 *   -- strata: no-transaction                                  (before the first section: for both)
 *   -- strata: install functions/accept_booking v2             (also uninstall, remove; see parts.ts)
 *   -- strata: in-batches                                      (before an UPDATE or DELETE; see batches.ts)
 *
 * Differences from node-pg-migrate, all on the safe side: SQL before the first marker is an error (there it is left
 * out silently), a file with only a down marker does not run its down section as part of up (there it does), and a marker inside
 * a string, a function's body or a comment is none (there it cuts the statement in two).
 */
import type { Place } from '../base/finding.ts';
import { tokenAt, tokenize } from '../syntax/lexer.ts';
import { placer } from '../syntax/place.ts';
import type { MigrationFile } from './model.ts';
import { type PartCall, partCalls } from './parts.ts';
import { IN_BATCHES, invalidAt } from './script.ts';

export type SqlItem =
  | { readonly kind: 'sql'; readonly from: number; readonly to: number }
  | { readonly kind: 'part'; readonly call: PartCall };

export interface SqlSection {
  readonly file: string;
  readonly source: string;
  /** In order: stretches of the source, and directives between them. */
  readonly items: readonly SqlItem[];
  readonly alone: boolean;
  readonly placeOf: (offset: number) => Place;
}

export interface SqlMigration {
  readonly up: SqlSection;
  /** Null: the file has no down section. */
  readonly down: SqlSection | null;
}

/** Throws MIGRATION_INVALID for SQL outside the sections and for a directive that is not one. */
export function readSqlMigration(file: MigrationFile): SqlMigration {
  if (file.downFile) {
    const down = file.downFile;
    return {
      up: section(file.file, file.source, 0, file.source.length, false),
      down: section(down.file, down.source, 0, down.source.length, false),
    };
  }
  const { source } = file;
  const [up, down] = [markerIn(source, 'up'), markerIn(source, 'down')];
  const first = Math.min(...[up, down].filter((at) => at >= 0), source.length);
  const alone = NO_TRANSACTION.test(source.slice(0, first)) && first < source.length;
  if (up >= 0) refuseOutside(file, first);
  const upEnd = down > up ? down : source.length;
  const downEnd = up > down ? up : source.length;
  return {
    up: section(file.file, source, Math.max(up, 0), upEnd, alone),
    down: down < 0 ? null : section(file.file, source, down, downEnd, alone),
  };
}

/** Offset of the first line that begins the section; -1 without one. A line inside a string, a body or a comment begins none. */
function markerIn(source: string, direction: 'up' | 'down'): number {
  const marker = new RegExp(`^\\s*--[\\s-]*${direction}\\s+migration`, 'gim');
  for (const { index } of source.matchAll(marker)) if (!isInside(source, index)) return index;
  return -1;
}

/** Whether what stands before `at` leaves a string, a body or a comment open. Reading it all is for texts that may. */
function isInside(source: string, at: number): boolean {
  const before = source.slice(0, at);
  const mayBeOpen = /\$\w*\$|\/\*/.test(before) || count(before, "'") % 2 === 1 || count(before, '"') % 2 === 1;
  const last = mayBeOpen ? tokenize(before).at(-1) : undefined;
  return last?.kind === 'bad' && last.end === before.length && !/^[\s\\]/.test(before.slice(last.start));
}

function count(text: string, mark: string): number {
  return text.split(mark).length - 1;
}

const NO_TRANSACTION = /^[ \t]*--[ \t]*strata:[ \t]*no-transaction[ \t]*$/m;
const ANY_DIRECTIVE = /^[ \t]*--[ \t]*strata:[ \t]*(.*)$/gm;

function refuseOutside(file: MigrationFile, first: number): void {
  const stray = tokenAt(file.source, 0);
  if (!stray || stray.start >= first) return;
  throw invalidAt(
    placer(file.file, file.source)(stray.start),
    file.source,
    'this SQL stands before the first section',
    {
      hint: 'Move it below "-- Up Migration": node-pg-migrate would leave it out without a word.',
    },
  );
}

function section(file: string, source: string, from: number, to: number, alone: boolean): SqlSection {
  const text = source.slice(from, to);
  const placeOf = placer(file, source);
  const calls = new Map(partCalls(text, 'sql').map((call) => [call.offset, call]));
  const items: SqlItem[] = [];
  let at = from;
  if (text.includes('strata:')) {
    for (const found of text.matchAll(ANY_DIRECTIVE)) {
      const call = calls.get(found.index);
      if (!call && !NO_TRANSACTION.test(found[0]) && !IN_BATCHES.test(found[0]))
        throw unknownDirective(placeOf(from + found.index), source, found[1]);
      if (!call) continue;
      items.push(
        { kind: 'sql', from: at, to: from + found.index },
        { kind: 'part', call: { ...call, offset: from + found.index } },
      );
      at = from + found.index;
    }
  }
  items.push({ kind: 'sql', from: at, to });
  return { file, source, items, alone: alone || NO_TRANSACTION.test(text), placeOf };
}

function unknownDirective(place: Place, source: string, text = ''): Error {
  return invalidAt(place, source, `unknown directive "${text.trim()}"`, {
    hint: 'Known are: no-transaction; in-batches; install, uninstall and remove, as in "-- strata: install functions/accept_booking v2".',
  });
}

/** Whether a section consists of directives alone, so that its inverse is known. */
export function onlyDirectives(part: SqlSection): boolean {
  const blank = part.items.every((item) => item.kind === 'part' || isBlank(part.source, item.from, item.to));
  return blank && part.items.some((item) => item.kind === 'part');
}

function isBlank(source: string, from: number, to: number): boolean {
  const token = tokenAt(source, from);
  return !token || token.start >= to;
}
