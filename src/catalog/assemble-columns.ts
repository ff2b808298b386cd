/** Columns of tables, views and composite types. */
import { type Lookup, NONE, nameOf, sortedTexts } from './lookup.ts';
import type { Column } from './table-model.ts';
import type { ColumnRow } from './table-rows.ts';

const STORAGE = { p: 'plain', e: 'external', m: 'main', x: 'extended' } as const;
const COMPRESSION = { p: 'pglz', l: 'lz4' } as const;

export function columnsOf(relation: number, lookup: Lookup): readonly Column[] {
  const rows = lookup.columns(relation);
  return rows.length === 0 ? NONE : rows.map((row) => columnOf(row, lookup));
}

function columnOf(row: ColumnRow, lookup: Lookup): Column {
  const type = lookup.type(row.type);
  return {
    collation: nameOf(row.collation),
    comment: row.comment,
    compression: row.compression && COMPRESSION[row.compression],
    default: row.generated === null ? row.default : null,
    dimensions: type.dimensions,
    generated: generatedOf(row),
    grants: row.acl && lookup.grants('bare', { acl: row.acl, owner: '' }),
    identity: row.identity === 'a' ? 'always' : row.identity === 'd' ? 'by default' : null,
    inherited: row.local === false,
    name: row.name,
    notNull: row.not_null === true,
    options: row.options || row.fdw_options ? sortedTexts([...(row.options ?? []), ...(row.fdw_options ?? [])]) : NONE,
    statistics: row.statistics,
    storage: row.storage && STORAGE[row.storage],
    type: row.type_text ?? type.text,
    typeName: type.typeName,
  };
}

function generatedOf({ generated, default: expression }: ColumnRow): Column['generated'] {
  if (generated === null || expression === null) return null;
  return { expression, kind: generated === 's' ? 'stored' : 'virtual' };
}
