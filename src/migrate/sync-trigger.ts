/**
 * The trigger that keeps two columns in step while one replaces the other. Expressions are the author's, over the columns of
 * the table: they are asked of a row made of NEW, so that they need not be rewritten.
 */

/** Names are quoted where they must be. */
export interface SyncColumns {
  /** As regclass writes it. */
  readonly table: string;
  /** Without schema and quotes. */
  readonly tableName: string;
  readonly schema: string;
  readonly old: string;
  readonly new: string;
  /** The new column's value, from the old one. */
  readonly using: string;
  /** The old column's value, from the new one. */
  readonly back: string;
}

type Create = 'CREATE' | 'CREATE OR REPLACE';

/** Statements, without semicolons. */
export interface SyncTrigger {
  /** Its function: whoever writes one of the two writes both. */
  readonly both: (create: Create) => string;
  /** Its function: the old column follows the new one. */
  readonly old: (create: Create) => string;
  /** The trigger, once the function is there. */
  readonly create: readonly string[];
  /** Trigger and function. */
  readonly drop: readonly string[];
}

export function syncTrigger(columns: SyncColumns): SyncTrigger {
  const { table, tableName, schema, old, new: column } = columns;
  const plain = `${tableName}_${column.replaceAll('"', '')}`.replace(/[^\w]+/g, '_').slice(0, 50);
  // Triggers fire in the order of their names: after those that may still change the row.
  const name = `zz_sync_${plain}`;
  const routine = `${schema}.sync_${plain}`;
  // So that an expression may call the table's columns by the table's name.
  const alias = table.startsWith(`${schema}.`) ? table.slice(schema.length + 1) : table;
  const [using, back] = [columns.using, columns.back].map(
    (expression) => `(SELECT ${expression} FROM (SELECT NEW.*) AS ${alias})`,
  );
  const body = (create: Create, statements: string): string =>
    `${create} FUNCTION ${routine}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN\n${statements}\n  RETURN NEW;\nEND $$`;
  const both = `  IF TG_OP = 'INSERT' THEN
    IF NEW.${column} IS NULL THEN NEW.${column} := ${using};
    ELSIF NEW.${column} IS DISTINCT FROM ${using} THEN NEW.${old} := ${back};
    END IF;
  ELSIF NEW.${old} IS DISTINCT FROM OLD.${old} AND NEW.${column} IS NOT DISTINCT FROM OLD.${column} THEN
    NEW.${column} := ${using};
  ELSIF NEW.${column} IS DISTINCT FROM OLD.${column} AND NEW.${old} IS NOT DISTINCT FROM OLD.${old}
    AND NEW.${column} IS DISTINCT FROM ${using} THEN
    NEW.${old} := ${back};
  END IF;`;
  return {
    both: (create) => body(create, both),
    old: (create) => body(create, `  NEW.${old} := ${back};`),
    create: [
      `REVOKE EXECUTE ON FUNCTION ${routine}() FROM PUBLIC`,
      `CREATE TRIGGER ${name} BEFORE INSERT OR UPDATE ON ${table} FOR EACH ROW EXECUTE FUNCTION ${routine}()`,
    ],
    drop: [`DROP TRIGGER ${name} ON ${table}`, `DROP FUNCTION ${routine}()`],
  };
}
