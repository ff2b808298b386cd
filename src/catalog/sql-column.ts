/** Statements for a column of a table: made, and brought back to what was promised. */
import { ident, qname } from '../base/ident.ts';
import type { Altered } from './change.ts';
import type { Column, QName, Sequence, Snapshot } from './model.ts';
import { grantSql, newGrants } from './sql-grants.ts';
import { commentSql, newComment, noRemedy, optionSql, type Remedy, remedy, together } from './sql-remedy.ts';
import { sequenceOptions } from './sql-sequence.ts';

/** As in CREATE TABLE and ADD COLUMN. */
export function columnClause(table: QName, column: Column, { sequences }: Snapshot): string {
  const parts = [`${ident(column.name)} ${typeOf(column)}`];
  if (column.default !== null) parts.push(`DEFAULT ${column.default}`);
  if (column.generated) {
    parts.push(`GENERATED ALWAYS AS (${column.generated.expression}) ${column.generated.kind.toUpperCase()}`);
  }
  if (column.identity) {
    const sequence = sequences.find((one) => isOwnedBy(one, table, column.name));
    const named = sequence
      ? ` (SEQUENCE NAME ${qname(sequence.schema, sequence.name)} ${sequenceOptions(sequence)})`
      : '';
    parts.push(`GENERATED ${column.identity.toUpperCase()} AS IDENTITY${named}`);
  }
  if (column.notNull) parts.push('NOT NULL');
  return parts.join(' ');
}

export function typeOf({ type, collation }: Column): string {
  return collation ? `${type} COLLATE ${qname(collation.schema, collation.name)}` : type;
}

export function isOwnedBy({ ownedBy }: Sequence, { schema, name }: QName, column: string): boolean {
  return ownedBy?.schema === schema && ownedBy.name === name && ownedBy.column === column;
}

/** What ADD COLUMN cannot say: `serial`'s ownership, storage, comment, grants. */
export function columnDetails(table: QName, column: Column, { sequences }: Snapshot): Remedy {
  const alter = altering(table, column);
  const owned = sequences.filter((one) => !one.ownedBy?.identity && isOwnedBy(one, table, column.name));
  const on = qname(table.schema, table.name);
  return together(
    remedy(owned.map((one) => `ALTER SEQUENCE ${qname(one.schema, one.name)} OWNED BY ${on}.${ident(column.name)}`)),
    remedy([
      ...(column.storage ? [alter(`SET STORAGE ${column.storage.toUpperCase()}`)] : []),
      ...(column.compression ? [alter(`SET COMPRESSION ${column.compression}`)] : []),
      ...(column.statistics === null ? [] : [alter(`SET STATISTICS ${column.statistics}`)]),
      ...(column.options.length > 0 ? [alter(`SET (${column.options.map(optionSql).join(', ')})`)] : []),
    ]),
    newComment(`COLUMN ${on}.${ident(column.name)}`, column.comment),
    newGrants({ on: `TABLE ${on}`, column: ident(column.name) }, column.grants),
  );
}

export function alterColumn(table: QName, { before, after, fields }: Altered<'column'>, promised: Snapshot): Remedy {
  const alter = altering(table, before);
  const names = new Set(fields.map(({ field }) => field));
  const on = qname(table.schema, table.name);
  const steps: Remedy[] = [];
  // A default may not fit the other type.
  const retyped = names.has('type') || names.has('collation') || names.has('typeName');
  const redefault = names.has('default') || (retyped && after.default !== null && before.default !== null);
  if (redefault && after.default !== null) steps.push(remedy([alter('DROP DEFAULT')]));
  if (names.has('identity') && before.identity === null) steps.push(remedy([alter('DROP IDENTITY')]));
  if (retyped) {
    const using = names.has('type') && !before.generated ? ` USING ${ident(before.name)}::${before.type}` : '';
    steps.push(remedy([alter(`TYPE ${typeOf(before)}${using}`)]));
  }
  if (names.has('generated')) steps.push(regenerate(alter, before, after));
  if (names.has('notNull')) steps.push(remedy([alter(`${before.notNull ? 'SET' : 'DROP'} NOT NULL`)]));
  if (names.has('identity') && before.identity !== null) steps.push(reidentify(table, before, after, promised));
  if (redefault && before.default !== null) steps.push(remedy([alter(`SET DEFAULT ${before.default}`)]));
  steps.push(restore(alter, before, after, names));
  if (names.has('comment')) steps.push(commentSql(`COLUMN ${on}.${ident(before.name)}`, before.comment));
  if (names.has('grants'))
    steps.push(grantSql({ on: `TABLE ${on}`, column: ident(before.name) }, before.grants, after.grants));
  if (names.has('inherited')) steps.push(noRemedy('whether a column is inherited changes with the parent table only'));
  return together(...steps);
}

type Alter = (what: string) => string;

function altering({ schema, name }: QName, column: Column): Alter {
  return (what) => `ALTER TABLE ${qname(schema, name)} ALTER COLUMN ${ident(column.name)} ${what}`;
}

function regenerate(alter: Alter, before: Column, after: Column): Remedy {
  if (before.generated === null) {
    return after.generated?.kind === 'stored'
      ? remedy([alter('DROP EXPRESSION')])
      : noRemedy('PostgreSQL cannot make a plain column of a virtual one: add a plain column and drop this one');
  }
  if (after.generated?.kind === before.generated.kind) {
    const why = 'SET EXPRESSION needs PostgreSQL 17: on an older one, drop the column and add it again';
    return { sql: [alter(`SET EXPRESSION AS (${before.generated.expression})`)], why: [why] };
  }
  return noRemedy('PostgreSQL cannot make a generated column of a plain one: drop the column and add it again');
}

function reidentify(table: QName, before: Column, after: Column, promised: Snapshot): Remedy {
  const alter = altering(table, before);
  const kind = String(before.identity).toUpperCase();
  if (after.identity !== null) return remedy([alter(`SET GENERATED ${kind}`)]);
  const clause = columnClause(table, before, promised);
  return remedy([alter(`ADD ${clause.slice(clause.indexOf('GENERATED ')).replace(/ NOT NULL$/, '')}`)]);
}

function restore(alter: Alter, before: Column, after: Column, names: ReadonlySet<string>): Remedy {
  const dropped = after.options.map(nameOf).filter((name) => !before.options.map(nameOf).includes(name));
  const options = names.has('options')
    ? [
        ...(dropped.length > 0 ? [alter(`RESET (${dropped.join(', ')})`)] : []),
        ...(before.options.length > 0 ? [alter(`SET (${before.options.map(optionSql).join(', ')})`)] : []),
      ]
    : [];
  return remedy([
    ...(names.has('storage') ? [alter(`SET STORAGE ${(before.storage ?? usualStorage(before)).toUpperCase()}`)] : []),
    ...(names.has('compression') ? [alter(`SET COMPRESSION ${before.compression ?? 'default'}`)] : []),
    ...(names.has('statistics') ? [alter(`SET STATISTICS ${before.statistics ?? -1}`)] : []),
    ...options,
  ]);
}

function nameOf(option: string): string {
  return option.slice(0, option.indexOf('='));
}

/** SET STORAGE DEFAULT came with PostgreSQL 16. */
function usualStorage({ typeName: { name }, dimensions }: Column): string {
  return dimensions === 0 && ['numeric', 'inet', 'cidr'].includes(name) ? 'main' : 'extended';
}
