/** What a live database tells the rules. Without one, every question is answered by "not known". */
import type { Table } from '../catalog/model.ts';
import { type Action, type Name, SOME_NAME } from './action.ts';

export interface Facts {
  /** As `server_version_num`; null: not known. */
  readonly serverVersion: number | null;
  /** The session's clock is that of UTC: timestamp and timestamptz are the same bytes then. False: not, or not known. */
  readonly utc: boolean;
  /** Undefined: not known, because nobody looked there; null: the database has no such table. */
  readonly table: (name: Name) => LiveTable | null | undefined;
  /** The table of an index that the database has; null: not known. */
  readonly tableOfIndex: (index: Name) => Name | null;
  /** Whether a type is a domain that values may fail: by what the database, or this run, says of it. */
  readonly constrained: (type: Name) => boolean;
  /** Tables with a column of the domain; null: not known. */
  readonly tablesOf: (domain: Name) => readonly Name[] | null;
  /** The same facts under the names that tables have when the action is done. */
  readonly after: (this: Facts, action: Action) => Facts;
}

export interface LiveTable {
  readonly table: Table;
  /** About; null: not known. */
  readonly rows: number | null;
  /** Columns that a valid CHECK proves to be NOT NULL. */
  readonly proved: ReadonlySet<string>;
  /** The partition of a partitioned table that takes what no other does. */
  readonly defaultPartition: Name | null;
}

export const NO_FACTS: Facts = {
  serverVersion: null,
  utc: false,
  table: () => undefined,
  tableOfIndex: () => null,
  constrained: () => false,
  tablesOf: () => null,
  after(action) {
    const domain = constrainedDomain(this, action);
    return domain ? { ...this, constrained: (type) => meets(type, domain) || this.constrained(type) } : this;
  },
};

/** The domain that has a constraint from now on. */
function constrainedDomain(facts: Facts, action: Action): Name | null {
  if (action.kind === 'add domain constraint') return action.name;
  if (action.kind !== 'create domain') return null;
  return action.constrained || facts.constrained(action.base) ? action.name : null;
}

function meets(a: Name, b: Name): boolean {
  return a.name === b.name && (a.schema === null || b.schema === null || a.schema === b.schema);
}

export interface LiveFacts {
  readonly serverVersion: number;
  readonly utc: boolean;
  readonly tables: readonly Table[];
  /** Rows by `schema.name`. */
  readonly rows: ReadonlyMap<string, number>;
  /** Columns by `schema.name`. */
  readonly proved: ReadonlyMap<string, ReadonlySet<string>>;
  /** Domains with a constraint, as `schema.name`. */
  readonly domains: ReadonlySet<string>;
  /** Tables with a column of a domain, by its `schema.name`. */
  readonly users: ReadonlyMap<string, readonly Name[]>;
  /** Default partitions by `schema.name` of the partitioned table. */
  readonly defaults: ReadonlyMap<string, Name>;
  /** Materialized views, as `schema.name`: nothing else is known of them. */
  readonly views: ReadonlySet<string>;
  /** Where names without a schema are looked for, in order. */
  readonly path: readonly string[];
  /** All that were looked into, whether they are there or not: of others nothing is known. */
  readonly schemas: ReadonlySet<string>;
}

/** What statements of the run have changed since the facts were read. */
interface Moves {
  /** By `schema.name` as it is now, what the table was called then; null: made by the run. Old names stay, for those who look back. */
  readonly names: ReadonlyMap<string, string | null>;
  /** Null: not known. */
  readonly path: readonly string[] | null;
  /** Constrained by the run. */
  readonly domains: readonly Name[];
}

export function factsOf(live: LiveFacts): Facts {
  const tables = new Map(live.tables.map((table) => [`${table.schema}.${table.name}`, table]));
  const indexed = new Map(
    live.tables.flatMap((table) => table.indexes.map((index) => [`${table.schema}.${index.name}`, table] as const)),
  );
  const at = (moves: Moves): Facts => {
    const places = ({ schema }: Name): readonly string[] | null => (schema === null ? moves.path : [schema]);
    /** Where a name is found; undefined: nobody knows; null: nowhere. */
    const find = (name: Name): { readonly schema: string; readonly origin: string | null } | null | undefined => {
      if (name.name === SOME_NAME) return undefined;
      for (const schema of places(name) ?? []) {
        const key = `${schema}.${name.name}`;
        const origin = moves.names.get(key);
        if (origin !== undefined) return { schema, origin };
        if (tables.has(key)) return { schema, origin: key };
        if (live.views.has(key) || !live.schemas.has(schema)) return undefined;
      }
      return places(name) === null ? undefined : null;
    };
    return {
      serverVersion: live.serverVersion,
      utc: live.utc,
      tableOfIndex(index) {
        const table = places(index)?.map((schema) => indexed.get(`${schema}.${index.name}`));
        const found = table?.find((one) => one !== undefined);
        return found ? { schema: index.schema, name: found.name } : null;
      },
      table(name) {
        const found = find(name);
        if (!found) return found;
        const table = tables.get(found.origin ?? '');
        if (!table) return null;
        const key = found.origin ?? '';
        return {
          table,
          rows: live.rows.get(key) ?? null,
          proved: live.proved.get(key) ?? new Set(),
          defaultPartition: live.defaults.get(key) ?? null,
        };
      },
      constrained: (type) =>
        moves.domains.some((domain) => meets(domain, type)) ||
        (places(type) ?? []).some((schema) => live.domains.has(`${schema}.${type.name}`)),
      tablesOf: (domain) =>
        places(domain)?.flatMap((schema) => live.users.get(`${schema}.${domain.name}`) ?? []) ?? null,
      after(action) {
        const domain = constrainedDomain(this, action);
        if (domain) return at({ ...moves, domains: [...moves.domains, domain] });
        const next = moved(action, moves, find, live.path);
        return next === moves ? this : at(next);
      },
    };
  };
  return at({ names: new Map(), path: live.path, domains: [] });
}

type Find = (name: Name) => { readonly schema: string; readonly origin: string | null } | null | undefined;

/** `moves` itself when the action changes no name. */
function moved(action: Action, moves: Moves, find: Find, path: readonly string[]): Moves {
  const named = (key: string, origin: string | null): Moves => ({
    ...moves,
    names: new Map(moves.names).set(key, origin),
  });
  if (action.kind === 'set search path')
    return { ...moves, path: action.schemas === 'default' ? path : action.schemas };
  if (action.kind === 'create table') {
    // A name that was given up by DROP or RENAME before.
    const old = action.ifNotExists || action.temporary ? null : find(action.table);
    return old?.origin ? named(`${old.schema}.${action.table.name}`, null) : moves;
  }
  if (action.kind === 'create view' && action.materialized) {
    // One that the run makes is empty until its COMMIT.
    const schema = action.name.schema ?? moves.path?.[0];
    return schema === undefined ? moves : named(`${schema}.${action.name.name}`, null);
  }
  const on = action.kind === 'rename' && action.what === 'table' ? action.on : null;
  const from = action.kind === 'set schema' ? action.table : on;
  const found = from && find(from);
  if (!from || !found) return moves;
  if (action.kind === 'set schema') return named(`${action.schema}.${from.name}`, found.origin);
  return action.kind === 'rename' ? named(`${found.schema}.${action.to}`, found.origin) : moves;
}
