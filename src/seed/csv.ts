/**
 * CSV by RFC 4180, with PostgreSQL's meaning of emptiness: nothing between two commas is NULL, `""` is the empty string.
 * Gives lines and columns, because "row 3,012" is no help in an editor.
 */

export interface CsvRecord {
  readonly fields: readonly (string | null)[];
  /** 1-based line where the record begins. */
  readonly line: number;
}

export interface CsvFault {
  readonly line: number;
  readonly message: string;
  readonly hint?: string;
}

/** Records up to the first fault. Empty lines are skipped; LF, CRLF and CR end a record. */
export function parseCsv(text: string): { readonly records: readonly CsvRecord[]; readonly fault: CsvFault | null } {
  const records: CsvRecord[] = [];
  let fields: (string | null)[] = [];
  let line = 1;
  let started = 1;
  FIELD.lastIndex = 0;
  while (FIELD.lastIndex < text.length || fields.length > 0) {
    const at = FIELD.lastIndex;
    const match = FIELD.exec(text);
    if (match === null) return { records, fault: faultAt(text, at, line) };
    const [whole, quoted, bare = '', end] = match;
    fields.push(quoted === undefined ? bare || null : quoted.replaceAll('""', '"'));
    line += whole.match(NEWLINE)?.length ?? 0;
    if (end === ',') continue;
    if (fields.length > 1 || fields[0] !== null) records.push({ fields, line: started });
    fields = [];
    started = line;
  }
  return { records, fault: null };
}

const NEWLINE = /\r\n|\n|\r/g;
const FIELD = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|\n|\r|$)/gy;

function faultAt(text: string, at: number, line: number): CsvFault {
  if (text[at] !== '"') {
    return { line, message: 'a double quote inside a field that does not begin with one', hint: QUOTING };
  }
  const closing = /^"(?:[^"]|"")*"/.exec(text.slice(at))?.[0];
  if (closing === undefined) return { line, message: 'a quoted field has no end', hint: QUOTING };
  const after = line + (closing.match(NEWLINE)?.length ?? 0);
  return { line: after, message: 'text after the closing quote of a field', hint: QUOTING };
}

const QUOTING = 'Put double quotes around the whole field, and double those inside: "say ""hello""".';
