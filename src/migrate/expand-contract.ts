/**
 * A column replaced by another one while applications go on writing, as five migrations: expand, backfill, validate, switch,
 * contract. Plain SQL that its reader may change; each phase has a down of its own, the last one too, which fills the old
 * column from the new one again.
 */
import { literal } from '../base/ident.ts';
import { type SyncColumns, type SyncTrigger, syncTrigger } from './sync-trigger.ts';

/** What the database says of the column. */
export interface ColumnFacts extends Omit<SyncColumns, 'using' | 'back'> {
  readonly type: string;
  readonly notNull: boolean;
  readonly default: string | null;
  readonly comment: string | null;
  /** `p`: partitioned. */
  readonly kind: string;
  /** What uses the old column, in an order in which it can be made. */
  readonly dependents: readonly Dependent[];
}

export interface Dependent {
  /** As pg_describe_object() says it. */
  readonly name: string;
  /** `other`: a view, a policy, a trigger. */
  readonly kind: 'index' | 'constraint' | 'other';
  /** Makes it again; null for `other`. */
  readonly sql: string | null;
}

export interface Replacement extends Pick<SyncColumns, 'using' | 'back'> {
  /** Type of the new column. */
  readonly type: string;
  /** Default of the new column; null: none. */
  readonly default: string | null;
}

export interface Phase {
  readonly name: 'expand' | 'backfill' | 'validate' | 'switch' | 'contract';
  readonly text: string;
}

export function expandContract(facts: ColumnFacts, replacement: Replacement): readonly Phase[] {
  const texts = new Phases(facts, replacement);
  return [
    { name: 'expand', text: texts.expand() },
    { name: 'backfill', text: texts.backfill() },
    { name: 'validate', text: texts.validate() },
    { name: 'switch', text: texts.switched() },
    { name: 'contract', text: texts.contract() },
  ];
}

class Phases {
  readonly #facts: ColumnFacts;
  readonly #new: Replacement;
  readonly #sync: SyncTrigger;

  constructor(facts: ColumnFacts, replacement: Replacement) {
    this.#facts = facts;
    this.#new = replacement;
    this.#sync = syncTrigger({ ...facts, ...replacement });
  }

  expand(): string {
    const { table, comment, new: column } = this.#facts;
    return migration(
      [
        'Phase 1 of 5, expand: the new column is there, and whoever writes one of the two writes both.',
        'Then: deploy nothing yet; the application does not notice.',
      ],
      [
        `ALTER TABLE ${table} ADD COLUMN ${column} ${this.#new.type}`,
        ...(comment === null ? [] : [`COMMENT ON COLUMN ${table}.${column} IS ${literal(comment)}`]),
        this.#sync.both('CREATE'),
        ...this.#sync.create,
      ],
      [...this.#sync.drop, `ALTER TABLE ${table} DROP COLUMN ${column}`],
    );
  }

  backfill(): string {
    const { table, new: column } = this.#facts;
    return migration(
      [
        'Phase 2 of 5, backfill: rows that nobody writes get the new value, in short transactions.',
        'Safe to kill: the next run goes on where this one stopped. Down needs nothing: phase 1 takes the column away.',
      ],
      [
        `-- strata: in-batches\nUPDATE ${table} SET ${column} = ${this.#new.using} WHERE ${column} IS DISTINCT FROM (${this.#new.using})`,
      ],
      [],
    );
  }

  validate(): string {
    const { table, new: column, notNull } = this.#facts;
    const filled = `DO $$ BEGIN
  IF EXISTS (SELECT FROM ${table} WHERE ${column} IS NULL AND (${this.#new.using}) IS NOT NULL) THEN
    RAISE EXCEPTION 'rows of % lack the new value', '${table.replaceAll("'", "''")}' USING HINT = 'Run the backfill again.';
  END IF;
END $$`;
    return migration(
      [
        'Phase 3 of 5, validate: every row has its new value; proved without a lock that anybody would notice.',
        'Then: deploy the application that reads and writes the new column. The old version may run beside it.',
      ],
      [filled, ...(notNull ? this.#strict(column) : [])],
      notNull ? [`ALTER TABLE ${table} ALTER COLUMN ${column} DROP NOT NULL`] : [],
      { alone: 'both' },
    );
  }

  switched(): string {
    const { table, old, new: column, notNull, dependents } = this.#facts;
    const alter = (what: string): string => `ALTER TABLE ${table} ${what}`;
    // Together: between the one and the other, a row without either value would be refused.
    const defaults = [
      ...(this.#facts.default === null ? [] : [`ALTER COLUMN ${old} SET DEFAULT ${this.#facts.default}`]),
      ...(this.#new.default === null ? [] : [`ALTER COLUMN ${column} DROP DEFAULT`]),
    ];
    return migration(
      [
        'Phase 4 of 5, switch: the new column is the one that counts; the old one follows it for those that still read it.',
        'Before: no version of the application that writes the old column may run any more.',
        ...(dependents.length === 0
          ? []
          : ['These use the old column; give the new one its own before this phase, in a migration between 3 and 4:']),
        ...dependents.map(({ name }) => `  ${name}`),
      ],
      [
        ...(this.#new.default === null ? [] : [alter(`ALTER COLUMN ${column} SET DEFAULT ${this.#new.default}`)]),
        ...(this.#facts.default === null ? [] : [alter(`ALTER COLUMN ${old} DROP DEFAULT`)]),
        ...(notNull ? [alter(`ALTER COLUMN ${old} DROP NOT NULL`)] : []),
        this.#sync.old('CREATE OR REPLACE'),
      ],
      [
        this.#sync.both('CREATE OR REPLACE'),
        ...(defaults.length === 0 ? [] : [alter(defaults.join(', '))]),
        ...(notNull ? this.#strict(old) : []),
      ],
      { alone: notNull ? 'down' : 'none' },
    );
  }

  contract(): string {
    const { table, old, type, comment } = this.#facts;
    return migration(
      [
        'Phase 5 of 5, contract: the old column goes. Before: nothing reads it any more.',
        'Down makes it again, as the last of the columns, and fills it from the new one.',
      ],
      [...this.#sync.drop, `ALTER TABLE ${table} DROP COLUMN ${old}`],
      [
        `ALTER TABLE ${table} ADD COLUMN ${old} ${type}`,
        ...(comment === null ? [] : [`COMMENT ON COLUMN ${table}.${old} IS ${literal(comment)}`]),
        this.#sync.old('CREATE'),
        ...this.#sync.create,
        `-- strata: in-batches\nUPDATE ${table} SET ${old} = ${this.#new.back} WHERE ${old} IS DISTINCT FROM (${this.#new.back})`,
        ...this.#facts.dependents.flatMap((dependent) => this.#again(dependent)),
      ],
    );
  }

  /** NOT NULL, proved beforehand by a constraint that is validated while others write; so not in one transaction. */
  #strict(column: string): string[] {
    const { table, tableName } = this.#facts;
    const check = `chk_${tableName}_${column.replaceAll('"', '')}_filled`.replace(/[^\w]+/g, '_').slice(0, 63);
    return [
      `ALTER TABLE ${table} ADD CONSTRAINT ${check} CHECK (${column} IS NOT NULL) NOT VALID`,
      `ALTER TABLE ${table} VALIDATE CONSTRAINT ${check}`,
      `ALTER TABLE ${table} ALTER COLUMN ${column} SET NOT NULL`,
      `ALTER TABLE ${table} DROP CONSTRAINT ${check}`,
    ];
  }

  /** Without a lock that anybody would notice, where PostgreSQL can. */
  #again({ kind, sql }: Dependent): string[] {
    if (sql === null) return [];
    if (kind === 'index') return [this.#facts.kind === 'p' ? sql : sql.replace(/ INDEX /, ' INDEX CONCURRENTLY ')];
    const [, table, name] =
      /^ALTER TABLE (.+?) ADD CONSTRAINT ("(?:[^"]|"")+"|\S+) (?:CHECK|FOREIGN KEY)\b/.exec(sql) ?? [];
    if (table === undefined || / NOT VALID$/.test(sql) || (this.#facts.kind === 'p' && sql.includes('FOREIGN KEY')))
      return [sql];
    return [`${sql} NOT VALID`, `ALTER TABLE ${table} VALIDATE CONSTRAINT ${name}`];
  }
}

/** `alone`: which directions run each statement in a transaction of its own. */
function migration(
  words: readonly string[],
  up: readonly string[],
  down: readonly string[],
  { alone = 'none' }: { readonly alone?: 'none' | 'down' | 'both' } = {},
): string {
  const part = (statements: readonly string[]): string => statements.map((sql) => `${sql};\n`).join('');
  const directive = '-- strata: no-transaction';
  const head = [...words.map((line) => `-- ${line}`), ...(alone === 'both' ? [directive] : [])];
  const below = alone === 'down' ? `${directive}\n` : '';
  return `${head.join('\n')}\n\n-- Up Migration\n${part(up)}\n-- Down Migration\n${below}${part(down)}`;
}
