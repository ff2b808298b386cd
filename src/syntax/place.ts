/**
 * Offsets into places, and places into what people see: some lines of source with numbers and a caret.
 * Our offsets and columns count UTF-16 units, as editors and JavaScript do; PostgreSQL counts characters.
 */
import type { Place } from '../base/finding.ts';

/** Line and column of an offset, both from 1. An offset outside the text is moved to its nearest end. */
export function placeAt(file: string, text: string, offset: number): Place {
  return placer(file, text)(offset);
}

/** The same for many offsets of one text: the lines are found once. */
export function placer(file: string, text: string): (offset: number) => Place {
  const starts = [0];
  for (let next = text.indexOf('\n'); next >= 0; next = text.indexOf('\n', next + 1)) starts.push(next + 1);
  return (offset) => {
    const at = Math.max(0, Math.min(offset, text.length));
    let low = 0;
    for (let high = starts.length - 1; low < high; ) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= at) low = middle;
      else high = middle - 1;
    }
    return { file, line: low + 1, column: at - (starts[low] ?? 0) + 1 };
  };
}

/** The offset of a line and column; null when the text has no such line. Columns past the end of a line stop there. */
export function offsetAt(text: string, place: { readonly line: number; readonly column: number }): number | null {
  let from = 0;
  for (let line = 1; line < place.line; line += 1) {
    const next = text.indexOf('\n', from);
    if (next < 0) return null;
    from = next + 1;
  }
  const end = text.indexOf('\n', from);
  return Math.min(from + place.column - 1, end < 0 ? text.length : end);
}

/**
 * The offset in `source` of an offset in a statement that begins at `start` there; null when the statement does not stand
 * there as it was sent. CREATE OR REPLACE may have been put in at its beginning.
 */
export function verbatimOffset(source: string, start: number, sql: string, offset: number): number | null {
  if (source.startsWith(sql, start)) return start + offset;
  const original = sql.replace(/^(create) OR REPLACE /i, '$1 ');
  if (!source.startsWith(original, start)) return null;
  return start + Math.max(0, offset - (sql.length - original.length));
}

/** The offset of PostgreSQL's position: 1-based, counted in characters (code points), not in UTF-16 units. */
export function offsetOfPosition(text: string, position: number): number {
  let offset = 0;
  for (let seen = 1; seen < position && offset < text.length; seen += 1) {
    offset += (text.codePointAt(offset) ?? 0) > 0xffff ? 2 : 1;
  }
  return offset;
}

/** The offset of a count of UTF-8 bytes, which is how libpg-query counts. */
export function offsetOfByte(text: string, bytes: number): number {
  let offset = 0;
  for (let left = bytes; left > 0 && offset < text.length; ) {
    const code = text.codePointAt(offset) ?? 0;
    left -= code > 0xffff ? 4 : code > 0x7ff ? 3 : code > 0x7f ? 2 : 1;
    offset += code > 0xffff ? 2 : 1;
  }
  return offset;
}

export interface FrameOptions {
  /** Lines before the marked one. Default 2. */
  readonly before?: number;
  /** Lines after it. Default 1. */
  readonly after?: number;
  /** What the marked line is called, when `text` is only a part of the file. Default: its number in `text`. */
  readonly number?: number;
}

/**
 * The marked line with its neighbours:
 *
 *     2 |   id integer,
 *   > 3 |   nme txt,
 *       |       ^
 *
 * Tabs stay tabs in the caret's line, so that the caret stands right whatever their width; characters outside the
 * basic plane count once; lines over 160 units are cut around the caret.
 */
export function frame(
  text: string,
  place: { readonly line: number; readonly column: number },
  options: FrameOptions = {},
): string {
  const { before = 2, after = 1, number = place.line } = options;
  const lines = text.split(/\r\n|\n|\r/);
  const first = Math.max(1, place.line - before);
  const last = Math.min(lines.length, place.line + after);
  const shift = number - place.line;
  const width = String(last + shift).length;
  const out: string[] = [];
  for (let line = first; line <= last; line += 1) {
    const marked = line === place.line;
    const cut = clip(lines[line - 1] ?? '', marked ? place.column : 1);
    out.push(`${marked ? '>' : ' '} ${String(line + shift).padStart(width)} | ${cut.text}`.trimEnd());
    if (marked) out.push(`  ${' '.repeat(width)} | ${indent(cut.text, cut.column)}^`);
  }
  return out.join('\n');
}

const WIDE = 160;

function clip(line: string, column: number): { readonly text: string; readonly column: number } {
  if (line.length <= WIDE) return { text: line, column };
  const from = Math.max(0, Math.min(column - 1 - WIDE / 2, line.length - WIDE));
  const text = `${from > 0 ? '…' : ''}${line.slice(from, from + WIDE)}${from + WIDE < line.length ? '…' : ''}`;
  return { text, column: column - from + (from > 0 ? 1 : 0) };
}

/** White space as wide as what stands before the caret. */
function indent(line: string, column: number): string {
  return [...line.slice(0, column - 1)].map((char) => (char === '\t' ? '\t' : ' ')).join('');
}
