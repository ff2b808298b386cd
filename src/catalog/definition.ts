/**
 * The definition of one object as text to read and to diff: close to SQL, complete enough to see what changed, not
 * meant to be run (diff/ renders statements).
 */
import { canonicalJson } from '../base/canonical.ts';
import { never } from '../base/errors.ts';
import type { Kind, Kinds } from './change.ts';
import type { Column, DomainCheck, Grant, Sequence, Table, UserType, View } from './model.ts';

export type Defined = { readonly [K in Kind]: { readonly kind: K; readonly value: Kinds[K] } }[Kind];

export function definitionOf(defined: Defined): string {
  const { value } = defined;
  const lines = [bodyOf(defined)];
  if ('enabled' in value && value.enabled !== 'origin') lines.push(`ENABLE ${value.enabled}`);
  if ('grants' in value) lines.push(...grantLines(value.grants));
  if ('comment' in value && value.comment !== null) lines.push(`COMMENT ${canonicalJson(value.comment)}`);
  if ('owner' in value && value.owner !== undefined) lines.push(`OWNER ${value.owner}`);
  return lines.join('\n');
}

function bodyOf(defined: Defined): string {
  switch (defined.kind) {
    case 'schema':
      return `SCHEMA ${defined.value.name}`;
    case 'extension':
      return `EXTENSION ${defined.value.name} SCHEMA ${defined.value.schema} VERSION ${defined.value.version}`;
    case 'type':
      return typeText(defined.value);
    case 'sequence':
      return sequenceText(defined.value);
    case 'table':
      return tableText(defined.value);
    case 'view':
      return viewText(defined.value);
    case 'column':
      return columnText(defined.value);
    case 'constraint':
      return `CONSTRAINT ${defined.value.name} ${defined.value.definition}`;
    case 'index':
      return indexText(defined.value);
    case 'policy':
      return policyText(defined.value);
    case 'statistics': {
      const { definition, target } = defined.value;
      return target === null ? definition : `${definition}\nSTATISTICS ${target}`;
    }
    case 'routine':
    case 'trigger':
    case 'rule':
      return defined.value.definition.trimEnd();
    case 'default privilege': {
      const { role, schema, objects } = defined.value;
      return `DEFAULT PRIVILEGES FOR ${role}${schema === null ? '' : ` IN SCHEMA ${schema}`} ON ${objects}`;
    }
    case 'unmodelled': {
      const { kind, name, definition } = defined.value;
      return definition === null ? `${kind} ${name}` : `${kind} ${name}: ${definition}`;
    }
    default:
      return never(defined);
  }
}

function typeText(type: UserType): string {
  const head = `${type.schema}.${type.name}`;
  switch (type.kind) {
    case 'enum':
      return `TYPE ${head} AS ENUM (${type.labels.map((label) => canonicalJson(label)).join(', ')})`;
    case 'composite':
      return `TYPE ${head} AS (\n${type.columns.map((column) => `  ${columnText(column)}`).join(',\n')}\n)`;
    case 'range':
      return type.definition;
    case 'domain': {
      const parts = [`DOMAIN ${head} AS ${type.base}`];
      if (type.collation) parts.push(`COLLATE ${type.collation.schema}.${type.collation.name}`);
      if (type.default !== null) parts.push(`DEFAULT ${type.default}`);
      if (type.notNull) parts.push('NOT NULL');
      return [...parts, ...type.checks.map(checkText)].join(' ');
    }
  }
}

function checkText({ name, definition, comment }: DomainCheck): string {
  const said = comment === null ? '' : ` COMMENT ${canonicalJson(comment)}`;
  return `CONSTRAINT ${name} ${definition}${said}`;
}

function sequenceText(sequence: Sequence): string {
  const { ownedBy: owner } = sequence;
  const parts = [
    `${sequence.unlogged ? 'UNLOGGED ' : ''}SEQUENCE ${sequence.schema}.${sequence.name} AS ${sequence.type}`,
    `START ${sequence.start} INCREMENT ${sequence.increment} MINVALUE ${sequence.min} MAXVALUE ${sequence.max}`,
    `CACHE ${sequence.cache}${sequence.cycle ? ' CYCLE' : ''}`,
  ];
  if (owner) parts.push(`OWNED BY ${owner.schema}.${owner.name}.${owner.column}${owner.identity ? ' (identity)' : ''}`);
  return parts.join(' ');
}

/** Without indexes, triggers, policies and rules: a new table's are listed by name, or the text would run for pages. */
function tableText(table: Table): string {
  const inside = [
    ...table.columns.map(columnText),
    ...table.constraints.map(({ name, definition }) => `CONSTRAINT ${name} ${definition}`),
  ];
  const kind = `${table.unlogged ? 'unlogged ' : ''}${table.kind}`.toUpperCase();
  const lines = [`${kind} ${table.schema}.${table.name} (`, inside.map((line) => `  ${line}`).join(',\n'), ')'];
  for (const parent of table.parents) {
    lines.push(
      `${parent.bound ? `PARTITION OF` : 'INHERITS'} ${parent.schema}.${parent.name} ${parent.bound ?? ''}`.trim(),
    );
  }
  if (table.partitionKey) lines.push(`PARTITION BY ${table.partitionKey}`);
  if (table.ofType) lines.push(`OF ${table.ofType.schema}.${table.ofType.name}`);
  if (table.foreignServer)
    lines.push(`SERVER ${table.foreignServer.server} OPTIONS ${canonicalJson(table.foreignServer.options)}`);
  if (table.rowSecurity.enabled) lines.push('ENABLE ROW LEVEL SECURITY');
  if (table.rowSecurity.forced) lines.push('FORCE ROW LEVEL SECURITY');
  if (table.replicaIdentity !== 'default') lines.push(`REPLICA IDENTITY ${table.replicaIdentity}`);
  return [...lines, ...storageLines(table), ...childLines(table)].join('\n');
}

function viewText(view: View): string {
  const head = `${view.kind.toUpperCase()} ${view.schema}.${view.name} AS`;
  return [head, view.definition.trimEnd(), ...storageLines(view), ...childLines(view)].join('\n');
}

function storageLines({ options, accessMethod, tablespace }: Table | View): string[] {
  return [
    ...(options.length > 0 ? [`WITH (${options.join(', ')})`] : []),
    ...(accessMethod ? [`USING ${accessMethod}`] : []),
    ...(tablespace ? [`TABLESPACE ${tablespace}`] : []),
  ];
}

function childLines(relation: Table | View): string[] {
  const policies = 'policies' in relation ? relation.policies : [];
  const lists = {
    INDEX: relation.indexes,
    TRIGGER: relation.triggers,
    POLICY: policies,
    RULE: relation.rules,
    STATISTICS: relation.statistics,
  };
  return Object.entries(lists).flatMap(([word, list]) => list.map(({ name }) => `${word} ${name}`));
}

function columnText(column: Column): string {
  const parts = [column.name, column.type];
  if (column.collation) parts.push(`COLLATE ${column.collation.schema}.${column.collation.name}`);
  if (column.notNull) parts.push('NOT NULL');
  if (column.default !== null) parts.push(`DEFAULT ${column.default}`);
  if (column.identity) parts.push(`GENERATED ${column.identity.toUpperCase()} AS IDENTITY`);
  if (column.generated)
    parts.push(`GENERATED ALWAYS AS (${column.generated.expression}) ${column.generated.kind.toUpperCase()}`);
  if (column.storage) parts.push(`STORAGE ${column.storage}`);
  if (column.compression) parts.push(`COMPRESSION ${column.compression}`);
  if (column.statistics !== null) parts.push(`STATISTICS ${column.statistics}`);
  if (column.options.length > 0) parts.push(`OPTIONS (${column.options.join(', ')})`);
  if (column.inherited) parts.push('(inherited)');
  return parts.join(' ');
}

function indexText(index: Kinds['index']): string {
  const lines = [index.definition];
  if (!index.valid) lines.push('INVALID');
  if (index.clustered) lines.push('CLUSTER');
  if (index.replicaIdentity) lines.push('REPLICA IDENTITY');
  if (index.tablespace) lines.push(`TABLESPACE ${index.tablespace}`);
  if (index.statistics.length > 0) lines.push(`STATISTICS ${index.statistics.join(', ')}`);
  return lines.join('\n');
}

function policyText(policy: Kinds['policy']): string {
  const lines = [
    `POLICY ${policy.name} AS ${policy.permissive ? 'PERMISSIVE' : 'RESTRICTIVE'} FOR ${policy.command} TO ${policy.roles.join(', ')}`,
  ];
  if (policy.using !== null) lines.push(`USING (${policy.using})`);
  if (policy.withCheck !== null) lines.push(`WITH CHECK (${policy.withCheck})`);
  return lines.join('\n');
}

function grantLines(grants: readonly Grant[] | null | undefined): string[] {
  if (grants?.length === 0) return ['GRANT NOTHING'];
  return (grants ?? []).map(({ grantee, privileges, grantable }) => {
    const option = grantable.length === 0 ? '' : ` (may pass on ${grantable.join(', ')})`;
    return `GRANT ${privileges.join(', ') || 'NOTHING'} TO ${grantee}${option}`;
  });
}
