/** Statements for what hangs on a table or view: constraints, indexes, triggers, policies, rules, extended statistics. */
import { ident, literal, qname } from '../base/ident.ts';
import type { ChildKind, Kinds } from './change.ts';
import type { Constraint, Index, Policy, QName, Table, View } from './model.ts';
import { NOTHING, newComment, noRemedy, type Remedy, remedy, together } from './sql-remedy.ts';
import type { Enabled } from './table-model.ts';

export type PartKind = Exclude<ChildKind, 'column'>;

export type Part = { readonly [K in PartKind]: { readonly kind: K; readonly value: Kinds[K] } }[PartKind];

/** What COMMENT ON and DROP call it. */
export function partTarget({ kind, value }: Part, on: QName): string {
  if (kind === 'index') return `INDEX ${qname(on.schema, value.name)}`;
  if (kind === 'statistics') return `STATISTICS ${qname(value.schema, value.name)}`;
  return `${kind.toUpperCase()} ${ident(value.name)} ON ${qname(on.schema, on.name)}`;
}

export function createPart(part: Part, on: QName): Remedy {
  const comment = newComment(partTarget(part, on), part.value.comment);
  const table = `ALTER TABLE ${qname(on.schema, on.name)}`;
  switch (part.kind) {
    case 'constraint':
      return together(remedy([`${table} ADD ${constraintClause(part.value)}`]), comment);
    case 'index':
      return together(createIndex(part.value, on), comment);
    case 'trigger':
    case 'rule':
      return together(remedy([part.value.definition.replace(/;\s*$/, ''), ...enable(part, on, 'origin')]), comment);
    case 'policy':
      return together(remedy([createPolicy(part.value, on)]), comment);
    case 'statistics':
      return together(remedy([part.value.definition, ...target(part.value, null)]), comment);
  }
}

export function dropPart(part: Part, on: QName): Remedy {
  if (part.kind === 'constraint') {
    return remedy([`ALTER TABLE ${qname(on.schema, on.name)} DROP CONSTRAINT ${ident(part.value.name)}`]);
  }
  if (part.kind === 'index' && part.value.constraint !== null) return ofConstraint(part.value.constraint);
  return remedy([`DROP ${partTarget(part, on)}`]);
}

/** `fields`: what differs, but comments. */
export function alterPart(part: Part, live: Part, on: QName, fields: ReadonlySet<string>): Remedy {
  const table = `ALTER TABLE ${qname(on.schema, on.name)}`;
  const only = (...names: readonly string[]): boolean => [...fields].every((field) => names.includes(field));
  if (fields.size === 0) return NOTHING;
  const enabled = 'enabled' in live.value ? live.value.enabled : 'origin';
  if ((part.kind === 'trigger' || part.kind === 'rule') && only('enabled')) return remedy(enable(part, on, enabled));
  if (part.kind === 'statistics' && live.kind === 'statistics' && only('target')) {
    return remedy(target(part.value, live.value.target));
  }
  if (
    part.kind === 'constraint' &&
    part.value.validated &&
    only('validated', 'definition') &&
    fields.has('validated')
  ) {
    const isSame = live.value.name !== '' && stripped(part.value) === stripped(live.value as Constraint);
    if (isSame) return remedy([`${table} VALIDATE CONSTRAINT ${ident(part.value.name)}`]);
  }
  if (part.kind === 'index' && live.kind === 'index' && !DEFINED.some((field) => fields.has(field))) {
    return alterIndex(part.value, on, fields);
  }
  if (part.kind === 'index' && part.value.constraint !== null) return ofConstraint(part.value.constraint);
  return together(dropPart(live, on), createPart(part, on));
}

/** Of these an index can only be made anew. */
const DEFINED = ['definition', 'method', 'unique', 'columns', 'include', 'predicate', 'constraint'];

export function constraintClause({ name, definition }: Constraint): string {
  return `CONSTRAINT ${ident(name)} ${definition}`;
}

function stripped({ definition }: Constraint): string {
  return definition.replace(/ NOT VALID$/, '');
}

function ofConstraint(name: string): Remedy {
  return noRemedy(`the index comes and goes with the constraint ${name}`);
}

function createIndex(index: Index, on: QName): Remedy {
  if (index.constraint !== null) return ofConstraint(index.constraint);
  const fields = new Set<string>([
    ...(index.clustered ? ['clustered'] : []),
    ...(index.replicaIdentity ? ['replicaIdentity'] : []),
    ...(index.tablespace === null ? [] : ['tablespace']),
    ...(index.statistics.length > 0 ? ['statistics'] : []),
  ]);
  return together(remedy([index.definition]), alterIndex(index, on, fields));
}

function alterIndex(index: Index, on: QName, fields: ReadonlySet<string>): Remedy {
  const table = `ALTER TABLE ${qname(on.schema, on.name)}`;
  const self = `INDEX ${qname(on.schema, index.name)}`;
  const cluster = index.clustered ? `CLUSTER ON ${ident(index.name)}` : 'SET WITHOUT CLUSTER';
  const statistics = index.statistics.map((one) => one.split('='));
  return together(
    remedy([
      ...(fields.has('valid') && index.valid ? [`REINDEX ${self}`] : []),
      ...(fields.has('tablespace') ? [`ALTER ${self} SET TABLESPACE ${ident(index.tablespace ?? 'pg_default')}`] : []),
      ...(fields.has('clustered') ? [`${table} ${cluster}`] : []),
      ...(fields.has('replicaIdentity') && index.replicaIdentity
        ? [`${table} REPLICA IDENTITY USING INDEX ${ident(index.name)}`]
        : []),
      ...(fields.has('statistics')
        ? statistics.map(([number, value]) => `ALTER ${self} ALTER COLUMN ${number} SET STATISTICS ${value}`)
        : []),
    ]),
    fields.has('valid') && !index.valid ? noRemedy('an invalid index is nothing to bring back') : NOTHING,
    fields.has('replicaIdentity') && !index.replicaIdentity
      ? noRemedy('the table says which replica identity it has')
      : NOTHING,
    fields.has('statistics') && index.statistics.length === 0
      ? noRemedy('make the index anew to take its statistics targets away')
      : NOTHING,
  );
}

function createPolicy(policy: Policy, on: QName): string {
  const { name, permissive, command, roles, using, withCheck } = policy;
  const to = roles.map((role) => (role === 'PUBLIC' ? role : ident(role))).join(', ');
  return [
    `CREATE POLICY ${ident(name)} ON ${qname(on.schema, on.name)} AS ${permissive ? 'PERMISSIVE' : 'RESTRICTIVE'}`,
    `FOR ${command} TO ${to}`,
    ...(using === null ? [] : [`USING (${using})`]),
    ...(withCheck === null ? [] : [`WITH CHECK (${withCheck})`]),
  ].join(' ');
}

const ENABLE: Readonly<Record<Enabled, string>> = {
  origin: 'ENABLE',
  disabled: 'DISABLE',
  replica: 'ENABLE REPLICA',
  always: 'ENABLE ALWAYS',
};

function enable(part: Part, on: QName, live: Enabled): readonly string[] {
  if (!('enabled' in part.value) || part.value.enabled === live) return [];
  const { enabled, name } = part.value;
  return [`ALTER TABLE ${qname(on.schema, on.name)} ${ENABLE[enabled]} ${part.kind.toUpperCase()} ${ident(name)}`];
}

function target({ schema, name, target: wanted }: Kinds['statistics'], live: number | null): readonly string[] {
  if (wanted === live) return [];
  return [`ALTER STATISTICS ${qname(schema, name)} SET STATISTICS ${wanted ?? -1}`];
}

/** Everything that hangs on a relation that is made anew. */
export function createParts(relation: Table | View): Remedy {
  const constraints = 'constraints' in relation ? relation.constraints : [];
  const policies = 'policies' in relation ? relation.policies : [];
  const parts: readonly Part[] = [
    ...constraints.map((value): Part => ({ kind: 'constraint', value })),
    ...relation.indexes.flatMap((value): Part[] => (value.constraint === null ? [{ kind: 'index', value }] : [])),
    ...relation.triggers.map((value): Part => ({ kind: 'trigger', value })),
    ...policies.map((value): Part => ({ kind: 'policy', value })),
    ...relation.rules.map((value): Part => ({ kind: 'rule', value })),
    ...relation.statistics.map((value): Part => ({ kind: 'statistics', value })),
  ];
  return together(...parts.map((part) => createPart(part, relation)));
}

/** A label or text among others. */
export function literals(texts: readonly string[]): string {
  return texts.map((text) => literal(text).trim()).join(', ');
}
