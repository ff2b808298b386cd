/** Statements for types: made, and brought back as far as PostgreSQL lets a type change. */
import { ident, literal, qname } from '../base/ident.ts';
import type { Altered } from './change.ts';
import type { Column, DomainCheck, QName, UserType } from './model.ts';
import { typeOf } from './sql-column.ts';
import { literals } from './sql-parts.ts';
import { commentSql, NOTHING, newComment, noRemedy, type Remedy, remedy, together } from './sql-remedy.ts';

export function typeTarget({ kind, schema, name }: UserType): string {
  return `${kind === 'domain' ? 'DOMAIN' : 'TYPE'} ${qname(schema, name)}`;
}

export function createType(type: UserType): Remedy {
  const target = typeTarget(type);
  switch (type.kind) {
    case 'enum':
      return remedy([`CREATE ${target} AS ENUM (${literals(type.labels)})`]);
    case 'composite':
      return together(
        remedy([`CREATE ${target} AS (${type.columns.map(attribute).join(', ')})`]),
        ...type.columns.map(({ name, comment }) =>
          newComment(`COLUMN ${qname(type.schema, type.name)}.${ident(name)}`, comment),
        ),
      );
    case 'range':
      return remedy([type.definition]);
    case 'domain': {
      const parts = [`CREATE ${target} AS ${type.base}`];
      if (type.collation) parts.push(`COLLATE ${qname(type.collation.schema, type.collation.name)}`);
      if (type.default !== null) parts.push(`DEFAULT ${type.default}`);
      if (type.notNull) parts.push('NOT NULL');
      return together(remedy([parts.join(' ')]), ...type.checks.map((check) => addCheck(target, check)));
    }
  }
}

export function alterType({ before, after, fields }: Altered<'type'>): Remedy {
  const names = new Set(fields.map(({ field }) => field));
  if (before.kind === 'enum' && after.kind === 'enum' && names.has('labels')) return alterEnum(before, after);
  if (before.kind === 'domain' && after.kind === 'domain') return alterDomain(before, after, names);
  if (names.has('columns order')) return noRemedy('PostgreSQL adds an attribute behind the others');
  return names.has('definition') || names.has('subtype') ? noRemedy('PostgreSQL cannot alter a range type') : NOTHING;
}

type Enum = UserType & { readonly kind: 'enum' };
type Domain = UserType & { readonly kind: 'domain' };

/** A label that came cannot go; one that is missing is added in its place, or was renamed. */
function alterEnum(before: Enum, after: Enum): Remedy {
  const target = typeTarget(before);
  const missing = before.labels.filter((label) => !after.labels.includes(label));
  const added = after.labels.filter((label) => !before.labels.includes(label));
  const renamed = before.labels.flatMap((label, at) => (after.labels[at] === label ? [] : [at]));
  if (
    before.labels.length === after.labels.length &&
    renamed.length === missing.length &&
    missing.length === added.length
  ) {
    const sql = renamed.map(
      (at) =>
        `ALTER ${target} RENAME VALUE ${literals([after.labels[at] ?? ''])} TO ${literals([before.labels[at] ?? ''])}`,
    );
    return remedy(sql);
  }
  const place = (label: string): string => {
    const at = before.labels.indexOf(label);
    const next = before.labels.slice(at + 1).find((one) => after.labels.includes(one));
    if (next !== undefined) return ` BEFORE ${literal(next).trim()}`;
    return at > 0 ? ` AFTER ${literal(before.labels[at - 1] ?? '').trim()}` : '';
  };
  const order = before.labels.filter((label) => after.labels.includes(label));
  const moved = after.labels.filter((label) => before.labels.includes(label)).join('\n') !== order.join('\n');
  const sql = missing.map((label) => `ALTER ${target} ADD VALUE ${literal(label).trim()}${place(label)}`);
  const why = [
    ...(added.length > 0 ? [`PostgreSQL cannot take a value out of an enum: ${added.join(', ')}`] : []),
    ...(moved ? ['PostgreSQL cannot change the order of the values of an enum'] : []),
  ];
  return { sql, why };
}

function alterDomain(before: Domain, after: Domain, names: ReadonlySet<string>): Remedy {
  const target = typeTarget(before);
  const alter = (what: string): string => `ALTER ${target} ${what}`;
  const same = (a: DomainCheck, b: DomainCheck | undefined): boolean =>
    b?.definition === a.definition && b.validated === a.validated;
  const named = (checks: readonly DomainCheck[], name: string): DomainCheck | undefined =>
    checks.find((check) => check.name === name);
  const gone = after.checks.filter((check) => !same(check, named(before.checks, check.name)));
  const made = before.checks.filter((check) => !same(check, named(after.checks, check.name)));
  const said = before.checks.filter((check) => {
    const live = named(after.checks, check.name);
    return same(check, live) && live?.comment !== check.comment;
  });
  const isOther = ['base', 'baseType', 'dimensions', 'collation'].some((field) => names.has(field));
  return together(
    remedy([
      ...(names.has('default')
        ? [alter(before.default === null ? 'DROP DEFAULT' : `SET DEFAULT ${before.default}`)]
        : []),
      ...(names.has('notNull') ? [alter(`${before.notNull ? 'SET' : 'DROP'} NOT NULL`)] : []),
      ...gone.map(({ name }) => alter(`DROP CONSTRAINT ${ident(name)}`)),
    ]),
    ...made.map((check) => addCheck(target, check)),
    ...said.map(({ name, comment }) => commentSql(`CONSTRAINT ${ident(name)} ON ${target}`, comment)),
    isOther ? noRemedy('PostgreSQL cannot change what a domain is based on') : NOTHING,
  );
}

function addCheck(target: string, { name, definition, comment }: DomainCheck): Remedy {
  const add = remedy([`ALTER ${target} ADD CONSTRAINT ${ident(name)} ${definition}`]);
  return together(add, newComment(`CONSTRAINT ${ident(name)} ON ${target}`, comment));
}

export function attribute(column: Column): string {
  return `${ident(column.name)} ${typeOf(column)}`;
}

/** A column of a composite type. */
export function alterAttribute(type: QName, { before, fields }: Altered<'column'>): Remedy {
  const names = new Set(fields.map(({ field }) => field));
  const on = qname(type.schema, type.name);
  const retyped = ['type', 'typeName', 'collation', 'dimensions'].some((field) => names.has(field));
  return together(
    remedy(retyped ? [`ALTER TYPE ${on} ALTER ATTRIBUTE ${ident(before.name)} SET DATA TYPE ${typeOf(before)}`] : []),
    names.has('comment') ? commentSql(`COLUMN ${on}.${ident(before.name)}`, before.comment) : NOTHING,
  );
}
