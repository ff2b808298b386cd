/** The bytes of one seed file as rows, each with its place: JSON, NDJSON and CSV. Knows no table and no schema. */
import type { Place } from '../base/finding.ts';
import { mapJson, placeAt } from '../config/json-place.ts';
import { parseCsv } from './csv.ts';

export type SeedFormat = 'json' | 'ndjson' | 'csv';

/** Column name to value as JSON has them. */
export type Values = Readonly<Record<string, unknown>>;

export interface ParseFault {
  readonly place: Place;
  /** 1-based; null when the fault is not in a row. */
  readonly row: number | null;
  readonly message: string;
  readonly hint?: string;
}

export interface Parsed {
  readonly rows: readonly Values[];
  /** Where a value of a row stands: 0-based row, JSON pointer inside the row (`` for the row itself). */
  readonly locate: (row: number, pointer: string) => Place;
  readonly faults: readonly ParseFault[];
}

/** `file`: how to call it in places. `text`: without byte order mark. */
export function parseSeed(file: string, format: SeedFormat, text: string): Parsed {
  if (format === 'json') return parseJson(file, text);
  return format === 'ndjson' ? parseLines(file, text) : parseTable(file, text);
}

function parseJson(file: string, text: string): Parsed {
  let map: ReturnType<typeof mapJson> | undefined;
  const locate = (row: number, pointer: string): Place => {
    map ??= mapJson(text);
    return placeAt(file, text, nearest(map.offsets, `/${row}${pointer}`));
  };
  const start = { file, line: 1, column: 1 };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const place = placeAt(file, text, mapJson(text).broken ?? 0);
    return { rows: [], locate, faults: [{ place, row: null, message: 'this is not JSON from here on' }] };
  }
  if (!Array.isArray(value)) {
    const hint = 'Write the rows as [ {"column": value, …}, … ].';
    return { rows: [], locate, faults: [{ place: start, row: null, message: 'the file must hold an array', hint }] };
  }
  const items: readonly unknown[] = value;
  const faults = items.flatMap((item, at) => (isRow(item) ? [] : [notARow(locate(at, ''), at)]));
  return { rows: faults.length > 0 ? [] : (items as readonly Values[]), locate, faults };
}

/** The offset of the pointer, or of what holds it when it does not exist itself (a key that is missing). */
function nearest(offsets: ReadonlyMap<string, number>, pointer: string): number {
  const offset = offsets.get(pointer);
  if (offset !== undefined || pointer === '') return offset ?? 0;
  return nearest(offsets, pointer.slice(0, pointer.lastIndexOf('/')));
}

function isRow(item: unknown): item is Values {
  return typeof item === 'object' && item !== null && !Array.isArray(item);
}

function notARow(place: Place, at: number): ParseFault {
  return { place, row: at + 1, message: 'a row must be an object of column names and values' };
}

function parseLines(file: string, text: string): Parsed {
  const rows: Values[] = [];
  const lines: number[] = [];
  const faults: ParseFault[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const place = { file, line: index + 1, column: 1 };
    const row = lines.push(index + 1);
    try {
      const item: unknown = JSON.parse(line);
      if (isRow(item)) rows.push(item);
      else faults.push(notARow(place, row - 1));
    } catch {
      const column = (mapJson(line).broken ?? 0) + 1;
      faults.push({ place: { ...place, column }, row, message: 'this is not JSON from here on' });
    }
  }
  return { rows: faults.length > 0 ? [] : rows, locate: (row) => lineOf(file, lines[row]), faults };
}

function lineOf(file: string, line: number | undefined): Place {
  return { file, line: line ?? 1, column: 1 };
}

function parseTable(file: string, text: string): Parsed {
  const { records, fault } = parseCsv(text);
  const [head, ...body] = records;
  const locate = (row: number): Place => lineOf(file, body[row]?.line);
  const broken = fault === null ? [] : [{ ...fault, place: lineOf(file, fault.line), row: null }];
  if (head === undefined) {
    const hint = 'The first line of a CSV file names the columns.';
    return {
      rows: [],
      locate,
      faults: [...broken, { place: lineOf(file, 1), row: null, message: 'the file is empty', hint }],
    };
  }
  const faults = [...broken, ...headFaults(file, head.fields), ...widthFaults(file, head.fields.length, body)];
  const names = head.fields.map(String);
  const rows = body.map(({ fields }) => Object.fromEntries(names.map((name, at) => [name, fields[at] ?? null])));
  return { rows: faults.length > 0 ? [] : rows, locate, faults };
}

function headFaults(file: string, names: readonly (string | null)[]): ParseFault[] {
  const place = lineOf(file, 1);
  return names.flatMap((name, at) => {
    if (name === null) return [{ place, row: null, message: `column ${at + 1} of the header has no name` }];
    if (names.indexOf(name) < at) return [{ place, row: null, message: `column "${name}" stands twice in the header` }];
    return [];
  });
}

function widthFaults(file: string, width: number, body: ReturnType<typeof parseCsv>['records']): ParseFault[] {
  return body.flatMap(({ fields, line }, at) => {
    if (fields.length === width) return [];
    const message = `${fields.length} fields, but the header has ${width}`;
    return [
      { place: lineOf(file, line), row: at + 1, message, hint: 'Put fields that hold a comma in double quotes.' },
    ];
  });
}
