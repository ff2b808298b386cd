/**
 * Seed files against schemas that were made from the catalog: all that is known of a table without a schema of its own;
 * for one with it, what the database's CHECKs forbid besides. Before the first row is sent, and all faults at once.
 */
import type { Finding } from '../base/finding.ts';
import { type Fault, schemaCompiler } from '../base/validate.ts';
import type { QName } from '../catalog/model.ts';
import { convertRow } from './csv-types.ts';
import type { SeedFile, SeedSet } from './dataset.ts';
import { limited, rowFaults, rowFinding } from './row-schemas.ts';

/** What is known of a table's rows from the catalog. */
export interface CatalogSchema {
  readonly schema: { readonly [keyword: string]: unknown };
  /** The CHECK that a fault comes from, as text; null for the other faults. */
  readonly originOf: (column: string, keyword: string) => string | null;
}

/** The sets with the fields of CSV files converted that no schema of their own has converted, and what is wrong. */
export function judgeSets(
  sets: readonly SeedSet[],
  schemaOf: (table: QName) => CatalogSchema | null,
): { readonly sets: readonly SeedSet[]; readonly findings: readonly Finding[] } {
  const compile = schemaCompiler({ schemas: 'ours' });
  const findings: Finding[] = [];
  const judged = sets.map((set) => ({
    ...set,
    files: set.files.map((file): SeedFile => {
      const known = schemaOf(file.table);
      return known === null ? file : judgeFile(file, known, compile(known.schema), findings);
    }),
  }));
  return { sets: judged, findings };
}

function judgeFile(
  file: SeedFile,
  { schema, originOf }: CatalogSchema,
  check: ReturnType<ReturnType<typeof schemaCompiler>>,
  findings: Finding[],
): SeedFile {
  const properties = (schema.properties ?? {}) as Readonly<Record<string, unknown>>;
  const rows = file.csv && !file.judged ? file.rows.map((row) => convertRow(row, properties)) : file.rows;
  const found = rows.flatMap((row, at) => {
    const all = file.judged ? check(row) : rowFaults(check, row);
    return plain(all).flatMap((fault) => {
      const column = fault.pointer.split('/')[1]?.replaceAll('~1', '/').replaceAll('~0', '~') ?? '';
      const origin = originOf(column, fault.keyword);
      // What its own schema has let pass may be written in a form that only the server knows.
      if (file.judged && origin === null) return [];
      const hint = origin === null ? fault.hint : `${fault.hint ? `${fault.hint} ` : ''}It comes from ${origin}`;
      return [rowFinding(file, at, { ...fault, ...(hint === undefined ? {} : { hint }) })];
    });
  });
  findings.push(...limited(file.file, found));
  return { ...file, rows };
}

/**
 * A value that may be several things fails all of them at once. Said is what it failed as the thing that it is (a number
 * too large), else one list of what it may be.
 */
function plain(faults: readonly Fault[]): readonly Fault[] {
  const torn = new Set(faults.flatMap(({ keyword, pointer }) => (keyword === 'anyOf' ? [pointer] : [])));
  const kept = faults.filter(({ keyword, pointer }) => !torn.has(pointer) || !['anyOf', 'type'].includes(keyword));
  const silent = [...torn].filter((pointer) => !kept.some((fault) => `${fault.pointer}/`.startsWith(`${pointer}/`)));
  return [...kept, ...silent.map((pointer) => mayBe(pointer, faults))];
}

/** From `must be integer, not boolean` and `must be null, not boolean`. */
function mayBe(pointer: string, faults: readonly Fault[]): Fault {
  const words = faults
    .filter((fault) => fault.pointer === pointer)
    .flatMap(({ message }) => /^must be (.+), not (.+)$/.exec(message)?.slice(1, 3) ?? []);
  const kinds = [...new Set(words.filter((_, at) => at % 2 === 0))];
  return { pointer, keyword: 'type', message: `must be ${kinds.join(' or ')}, not ${words.at(-1)}` };
}
