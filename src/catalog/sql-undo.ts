/**
 * What takes a Change back: from the object that is there to the one that was promised. `before` of a Change is the promise.
 * Each Change stands for itself; in which order their statements run, undo-order.ts knows.
 */
import { ident, qname } from '../base/ident.ts';
import type { Altered, Change, Kind, Kinds } from './change.ts';
import type { QName, Snapshot } from './model.ts';
import { alterColumn, columnClause, columnDetails } from './sql-column.ts';
import { type GrantTarget, givenOn, grantSql, newGrants } from './sql-grants.ts';
import { alterPart, createPart, dropPart, type Part, type PartKind, partTarget } from './sql-parts.ts';
import {
  alterRoutine,
  alterTable,
  alterView,
  createRoutine,
  createTable,
  createView,
  grantedRoutine,
  isRemade,
  routineTarget,
  tableTarget,
  viewTarget,
} from './sql-relation.ts';
import { commentSql, NOTHING, newComment, noRemedy, type Remedy, remedy, type Sides, together } from './sql-remedy.ts';
import { alterSequence, createSequence } from './sql-sequence.ts';
import { alterAttribute, alterType, attribute, createType, typeTarget } from './sql-type.ts';

export function undoSql(change: Change, sides: Sides): Remedy {
  if (change.object === 'unmodelled') return noRemedy(`a Snapshot does not model a ${nameOfUnmodelled(change)}`);
  if (change.parent) return undoChild(change, change.parent, sides);
  if (change.action === 'add') return drop(change.object, change.after);
  if (change.action === 'drop') return create(change.object, change.before, sides);
  return together(alter(change, sides.live), described(change));
}

function nameOfUnmodelled(change: Change & { readonly object: 'unmodelled' }): string {
  return (change.action === 'add' ? change.after : change.before).kind;
}

/** What COMMENT ON and DROP call it. */
function targetOf(kind: Kind, value: Kinds[Kind]): string {
  switch (kind) {
    case 'table':
      return tableTarget(value as Kinds['table']);
    case 'view':
      return viewTarget(value as Kinds['view']);
    case 'routine':
      return routineTarget(value as Kinds['routine']);
    case 'type':
      return typeTarget(value as Kinds['type']);
    case 'sequence': {
      const { schema, name } = value as Kinds['sequence'];
      return `SEQUENCE ${qname(schema, name)}`;
    }
    default:
      return `${kind.toUpperCase()} ${ident((value as Kinds['schema']).name)}`;
  }
}

function grantTarget(kind: Kind, value: Kinds[Kind]): GrantTarget {
  if (kind === 'routine') return { on: grantedRoutine(value as Kinds['routine']), everyone: 'EXECUTE' };
  const on = targetOf(kind, value).replace(/^(?:FOREIGN TABLE|VIEW|MATERIALIZED VIEW)/, 'TABLE');
  return kind === 'type' ? { on: on.replace(/^DOMAIN/, 'TYPE'), everyone: 'USAGE' } : { on };
}

function drop(kind: Kind, value: Kinds[Kind]): Remedy {
  if (kind === 'default privilege')
    return privileges(value as Kinds['default privilege'], null, value as Kinds['default privilege']);
  if (kind === 'sequence' && (value as Kinds['sequence']).ownedBy?.identity) {
    return noRemedy('it goes with its identity column');
  }
  return { sql: [`DROP ${targetOf(kind, value)}`], why: kind === 'table' ? ['its rows go with it'] : [] };
}

function create(kind: Kind, value: Kinds[Kind], sides: Sides): Remedy {
  switch (kind) {
    case 'table':
      return createTable(value as Kinds['table'], sides);
    case 'view':
      return createView(value as Kinds['view'], sides.live);
    case 'routine':
      return createRoutine(value as Kinds['routine'], sides.live);
    case 'sequence':
      return createSequence(value as Kinds['sequence'], sides.live);
    case 'extension': {
      const { name, schema, version } = value as Kinds['extension'];
      return remedy([`CREATE EXTENSION ${ident(name)} SCHEMA ${ident(schema)} VERSION ${ident(version)}`]);
    }
    case 'default privilege':
      return privileges(value as Kinds['default privilege'], value as Kinds['default privilege'], null);
    case 'type':
    case 'schema': {
      const { comment, grants, name, schema = name } = value as Kinds['schema'] & Partial<QName>;
      const target = targetOf(kind, value);
      const made = kind === 'type' ? createType(value as Kinds['type']) : remedy([`CREATE ${target}`]);
      return together(
        made,
        newComment(target, comment),
        newGrants(grantTarget(kind, value), grants, givenOn(`${kind}s`, schema, sides.live)),
      );
    }
    default:
      return NOTHING;
  }
}

function alter(change: Change & { readonly action: 'alter' }, live: Snapshot): Remedy {
  switch (change.object) {
    case 'table':
      return alterTable(change);
    case 'view':
      return alterView(change, live);
    case 'routine':
      return alterRoutine(change, live);
    case 'sequence':
      return alterSequence(change);
    case 'type':
      return alterType(change);
    case 'extension':
      return alterExtension(change);
    case 'default privilege':
      return privileges(change.before, change.before, change.after);
    default:
      return NOTHING;
  }
}

/** Comment and grants, which all kinds have. */
function described(change: Change & { readonly action: 'alter' }): Remedy {
  const { object, before, fields } = change;
  if (object === 'default privilege') return NOTHING;
  const of = (name: string) => fields.find(({ field }) => field === name);
  const [comment, grants] = [of('comment'), of('grants')];
  type Held = Kinds['table']['grants'];
  return together(
    comment ? commentSql(targetOf(object, before), comment.before as string | null) : NOTHING,
    grants ? grantSql(grantTarget(object, before), grants.before as Held, grants.after as Held) : NOTHING,
    of('owner') ? noRemedy('who owns it is not compared') : NOTHING,
  );
}

function alterExtension({ before, fields }: Altered<'extension'>): Remedy {
  const names = new Set(fields.map(({ field }) => field));
  const self = `ALTER EXTENSION ${ident(before.name)}`;
  return remedy([
    ...(names.has('version') ? [`${self} UPDATE TO ${ident(before.version)}`] : []),
    ...(names.has('schema') ? [`${self} SET SCHEMA ${ident(before.schema)}`] : []),
  ]);
}

type Privilege = Kinds['default privilege'];

/** Where none is kept, what PostgreSQL grants by itself holds; those of one schema come on top. */
function privileges({ role, schema, objects }: Privilege, promised: Privilege | null, live: Privilege | null): Remedy {
  const built: Readonly<Record<string, string>> = { functions: 'EXECUTE', types: 'USAGE' };
  const everyone = schema === null ? built[objects] : undefined;
  const within = schema === null ? '' : ` IN SCHEMA ${ident(schema)}`;
  const prefix = `ALTER DEFAULT PRIVILEGES FOR ROLE ${ident(role)}${within}`;
  return grantSql({ on: objects.toUpperCase(), everyone, prefix }, promised?.grants ?? null, live?.grants ?? null);
}

function undoChild(change: Change, parent: QName, { promised, live }: Sides): Remedy {
  const is = ({ schema, name }: QName): boolean => schema === parent.schema && name === parent.name;
  if (change.object === 'column') {
    if (live.views.some(is)) return undoViewColumn(change, parent, live);
    return live.types.some(is) ? undoAttribute(change, parent) : undoColumn(change, parent, promised);
  }
  if (change.object === 'index' && change.action === 'drop' && isRemade(promised.views.find(is), live.views.find(is))) {
    return noRemedy('it comes with the view');
  }
  const part = (value: unknown): Part => ({ kind: change.object as PartKind, value }) as Part;
  if (change.action === 'add') return dropPart(part(change.after), parent);
  if (change.action === 'drop') return createPart(part(change.before), parent);
  const names = new Set(change.fields.map(({ field }) => field));
  const said = names.delete('comment');
  const before = part(change.before);
  const remade = alterPart(before, part(change.after), parent, names);
  const has = remade.sql.some((sql) => sql.startsWith('COMMENT ON '));
  return together(remade, said && !has ? commentSql(partTarget(before, parent), before.value.comment) : NOTHING);
}

type ColumnChange = Change & { readonly object: 'column' };

function undoColumn(change: ColumnChange, table: QName, promised: Snapshot): Remedy {
  const on = `ALTER TABLE ${qname(table.schema, table.name)}`;
  if (change.action === 'alter') return alterColumn(table, change, promised);
  const column = change.action === 'add' ? change.after : change.before;
  if (column.inherited) return noRemedy('it comes and goes with the column of the parent table');
  if (change.action === 'add') {
    return { sql: [`${on} DROP COLUMN ${ident(column.name)}`], why: ['its values go with it'] };
  }
  const isFilled = column.default !== null || column.identity !== null || column.generated !== null;
  const strict = column.notNull && !isFilled ? ['where there are rows, add it without NOT NULL and fill it first'] : [];
  const why = column.generated ? [] : ['its values are in a backup only', ...strict];
  return together(
    { sql: [`${on} ADD COLUMN ${columnClause(table, column, promised)}`], why },
    columnDetails(table, column, promised),
  );
}

function undoAttribute(change: ColumnChange, type: QName): Remedy {
  const on = `ALTER TYPE ${qname(type.schema, type.name)}`;
  if (change.action === 'alter') return alterAttribute(type, change);
  if (change.action === 'add') return remedy([`${on} DROP ATTRIBUTE ${ident(change.after.name)}`]);
  const { name, comment } = change.before;
  const target = `COLUMN ${qname(type.schema, type.name)}.${ident(name)}`;
  return together(remedy([`${on} ADD ATTRIBUTE ${attribute(change.before)}`]), newComment(target, comment));
}

function undoViewColumn(change: ColumnChange, view: QName, live: Snapshot): Remedy {
  if (change.action !== 'alter') return noRemedy('it comes and goes with the definition of the view');
  const names = new Set(change.fields.map(({ field }) => field));
  const on = qname(view.schema, view.name);
  const { before, after } = change;
  const kind = live.views.find(({ schema, name }) => schema === view.schema && name === view.name)?.kind ?? 'view';
  const set = before.default === null ? 'DROP DEFAULT' : `SET DEFAULT ${before.default}`;
  const own = ['default', 'comment', 'grants'];
  return together(
    names.has('default')
      ? remedy([`ALTER ${kind.toUpperCase()} ${on} ALTER COLUMN ${ident(before.name)} ${set}`])
      : NOTHING,
    names.has('comment') ? commentSql(`COLUMN ${on}.${ident(before.name)}`, before.comment) : NOTHING,
    names.has('grants')
      ? grantSql({ on: `TABLE ${on}`, column: ident(before.name) }, before.grants, after.grants)
      : NOTHING,
    [...names].every((name) => own.includes(name)) ? NOTHING : noRemedy('it changes with the definition of the view'),
  );
}
