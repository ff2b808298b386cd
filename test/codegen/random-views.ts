/** Random views over random rows: outer joins, groups, subqueries, unions, WITH, and expressions with every known trap. */

/** Numbers from a seed: the same seed is the same view. */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** 0 … n-1 */
  roll(n: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % n;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.roll(items.length)] as T;
  }
}

type Type = 'int' | 'text' | 'bool';

export interface Named {
  readonly sql: string;
  readonly type: Type;
}

export const TABLES = ['ta', 'tb', 'tc'] as const;
const TABLE_COLUMNS = {
  id: 'int',
  n: 'int',
  x: 'int',
  d: 'int',
  t: 'text',
  u: 'text',
  e: 'text',
  f: 'bool',
  g: 'bool',
} as const;

export const RANDOM_DDL = `CREATE DOMAIN filled AS int NOT NULL; CREATE TYPE pair AS (a int, b text);
  CREATE FUNCTION perhaps(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT NULLIF($1, 1)';
  CREATE FUNCTION text_of(pair) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT NULL::text'; CREATE CAST (pair AS text) WITH FUNCTION text_of (pair);
  ${TABLES.map((name) => `CREATE TABLE ${name} (id int PRIMARY KEY, n int NOT NULL, x int, d filled, t text NOT NULL, u text, e varchar(5) NOT NULL, f boolean NOT NULL, g boolean, p path NOT NULL, r int4range NOT NULL, j jsonb NOT NULL, c pair NOT NULL);`).join('\n')}`;

const ONE: readonly Named[] = [{ sql: '1', type: 'int' }];

/** A few rows of each table, perhaps none; NULL wherever the server lets one in. */
export function randomRows(dice: Dice): string {
  const rows = TABLES.flatMap((table) => {
    const empty = `(SELECT d FROM ${table} WHERE false)`;
    return Array.from({ length: dice.roll(4) }, (_, id) => {
      const cell = (...texts: string[]): string => dice.pick(texts);
      const values = [
        id,
        cell('0', '1', '2'),
        cell('NULL', '0', '1'),
        cell('1', empty),
        cell(`''`, `'a'`),
        cell('NULL', `'a'`, `'b'`),
      ];
      const more = [cell(`'a'`, `'b'`), cell('true', 'false'), cell('NULL', 'true', 'false'), `'((0,0),(1,1))'`];
      const last = [
        cell(`'empty'`, `'(,)'`, `'[1,2)'`),
        cell(`'null'`, `'{}'`, `'{"k": null}'`),
        cell(`'(,)'`, `'(1,a)'`),
      ];
      return `INSERT INTO ${table} VALUES (${[...values, ...more, ...last].join(', ')});`;
    });
  });
  // Not TRUNCATE, after which everything would be planned anew.
  return TABLES.map((table) => `DELETE FROM ${table};`)
    .concat(rows)
    .join('\n');
}

/** A relation in FROM: its text, and what can be said of it. */
interface Source {
  readonly sql: string;
  readonly columns: readonly Named[];
  /** Aliases of tables in it. */
  readonly tables: readonly string[];
}

export class RandomView {
  readonly #dice: Dice;
  /** Earlier views by name. */
  readonly #views: ReadonlyMap<string, readonly Named[]>;
  #names = 0;

  constructor(dice: Dice, views: ReadonlyMap<string, readonly Named[]>) {
    this.#dice = dice;
    this.#views = views;
  }

  /** Body of a view whose columns are c0, c1, … */
  query(depth: number, types = this.#types()): { readonly sql: string; readonly types: readonly Type[] } {
    const body = depth > 0 && this.#one(4) ? this.#united(depth, types) : this.#select(depth, types, []);
    return { sql: body, types };
  }

  #types(): readonly Type[] {
    return Array.from({ length: 2 + this.#dice.roll(4) }, () =>
      this.#dice.pick(['int', 'int', 'text', 'bool'] as const),
    );
  }

  #one(of: number): boolean {
    return this.#dice.roll(of) === 0;
  }

  #name(): string {
    this.#names += 1;
    return this.#one(5) ? `"Odd ${this.#names}"` : `q${this.#names}`;
  }

  #united(depth: number, types: readonly Type[]): string {
    const word = this.#dice.pick(['UNION', 'UNION ALL', 'EXCEPT', 'INTERSECT']);
    const side = (): string => `(${this.query(depth - 1, types).sql})`;
    return `${side()} ${word} ${side()}`;
  }

  #select(depth: number, types: readonly Type[], outer: readonly Named[]): string {
    const dice = this.#dice;
    const name = this.#name();
    const inner = depth > 0 && this.#one(5) ? this.query(depth - 1) : null;
    const known = inner === null ? [] : [{ sql: name, columns: named(name, inner.types), tables: [] }];
    const head = inner === null ? '' : `WITH ${name}(${inner.types.map((_, at) => `c${at}`)}) AS (${inner.sql}) `;
    const from = this.#from(depth, known);
    const columns = [...from.columns, ...outer];
    const where = this.#one(2) ? ` WHERE ${this.#condition(columns)}` : '';
    const as = (texts: readonly string[]): string => texts.map((text, at) => `${text} AS c${at}`).join(', ');
    if (this.#one(4)) {
      const keys = [dice.pick(from.columns), dice.pick(from.columns)];
      const items = types.map((type) => this.#aggregate(type, keys, columns));
      const list = keys.map(({ sql }) => sql).join(', ');
      const group = dice.pick([
        list,
        list,
        list,
        `ROLLUP (${list})`,
        `CUBE (${list})`,
        `GROUPING SETS ((${list}), ())`,
      ]);
      return `${head}SELECT ${as(items)} FROM ${from.sql}${where} GROUP BY ${group}`;
    }
    const items = types.map((type) =>
      this.#one(12) && type === 'int' ? this.#window(columns) : this.#value(type, columns, 2, from.tables),
    );
    const distinct = dice.pick(['', '', '', 'DISTINCT ', `DISTINCT ON (${dice.pick(columns).sql}) `]);
    return `${head}SELECT ${distinct}${as(items)} FROM ${from.sql}${where}${dice.pick(['', '', ' LIMIT 3'])}`;
  }

  #aggregate(type: Type, keys: readonly Named[], columns: readonly Named[]): string {
    const fits = keys.filter((key) => key.type === type);
    if (fits.length > 0 && !this.#one(3)) return this.#value(type, fits, 1, []);
    const { sql } = this.#dice.pick(columns);
    const own = {
      int: [
        `count(*)::int`,
        `count(${sql})::int`,
        `length(max(${sql}::text))`,
        `(count(*) FILTER (WHERE ${sql} IS NULL))::int`,
      ],
      text: [`max(${sql}::text)`, `min(${sql}::text)`],
      bool: [`bool_or(${sql} IS NULL)`, `count(*) > 1`],
    };
    return this.#dice.pick(own[type]);
  }

  #window(columns: readonly Named[]): string {
    const { sql } = this.#dice.pick(columns);
    return this.#dice.pick([
      `(row_number() OVER ())::int`,
      `(count(*) OVER (PARTITION BY ${sql}))::int`,
      `lag(1) OVER (ORDER BY ${sql})`,
      `ntile(NULL) OVER ()`,
      'generate_series(1, 2)',
    ]);
  }

  #from(depth: number, known: readonly Source[]): Source {
    const parts = [...known, this.#relation(depth)];
    if (this.#one(2)) parts.push(this.#relation(depth));
    if (this.#one(3)) parts.push(this.#relation(depth));
    const joined = parts.reduce((left, right) => this.#joined(depth, left, right));
    if (!this.#one(6)) return joined;
    const { sql, columns, tables } = this.#relation(0);
    return {
      sql: `${joined.sql}, ${sql}`,
      columns: [...joined.columns, ...columns],
      tables: [...joined.tables, ...tables],
    };
  }

  #joined(depth: number, left: Source, right: Source): Source {
    const dice = this.#dice;
    const both = { columns: [...left.columns, ...right.columns], tables: [...left.tables, ...right.tables] };
    const numbers = [left, right].map(({ columns }) => columns.filter(({ type }) => type === 'int'));
    const full = numbers.every(({ length }) => length > 0) ? ['FULL JOIN'] : [];
    const kind = dice.pick(['JOIN', 'LEFT JOIN', 'LEFT JOIN', 'RIGHT JOIN', 'CROSS JOIN', ...full]);
    if (kind === 'CROSS JOIN') return { sql: `${left.sql} ${kind} ${right.sql}`, ...both };
    if (depth > 0 && this.#one(4) && kind !== 'RIGHT JOIN' && kind !== 'FULL JOIN') {
      const name = this.#name();
      const types = this.#types();
      const sub = this.#select(0, types, left.columns);
      return {
        sql: `${left.sql} ${kind === 'JOIN' ? 'CROSS JOIN' : kind} LATERAL (${sub}) ${name}${kind === 'JOIN' ? '' : ' ON true'}`,
        columns: [...left.columns, ...named(name, types)],
        tables: left.tables,
      };
    }
    const [a, b] = numbers.map((columns) => dice.pick(columns.length > 0 ? columns : ONE).sql);
    const plain = kind === 'FULL JOIN' ? `${a} = ${b}` : this.#one(2) ? `${a} = ${b}` : this.#condition(both.columns);
    return { sql: `(${left.sql} ${kind} ${right.sql} ON ${plain})`, ...both };
  }

  #relation(depth: number): Source {
    const dice = this.#dice;
    const name = this.#name();
    const table = dice.pick(TABLES);
    const [view] = this.#one(4) ? [dice.pick([...this.#views])] : [];
    if (view)
      return {
        sql: `${view[0]} ${name}`,
        columns: view[1].map(({ sql, type }) => ({ sql: `${name}.${sql}`, type })),
        tables: [],
      };
    if (depth > 0 && this.#one(3)) {
      const { sql, types } = this.query(depth - 1);
      return { sql: `(${sql}) ${name}`, columns: named(name, types), tables: [] };
    }
    const odd = dice.roll(12);
    if (odd === 0) return { sql: `generate_series(1, 2) ${name}(c0)`, columns: named(name, ['int']), tables: [] };
    if (odd === 1)
      return {
        sql: `(VALUES (1, 'a'), (NULL, NULL)) ${name}(c0, c1)`,
        columns: named(name, ['int', 'text']),
        tables: [],
      };
    const columns = Object.entries(TABLE_COLUMNS).map(([column, type]) => ({ sql: `${name}.${column}`, type }));
    if (odd === 2) {
      const kind = dice.pick(['JOIN', 'LEFT JOIN', 'RIGHT JOIN', 'FULL JOIN']);
      const other = this.#name();
      return {
        sql: `(${table} ${name} ${kind} ${dice.pick(TABLES)} ${other} USING (id))`,
        columns: [
          ...columns.filter(({ sql }) => !sql.endsWith('.id')),
          { sql: 'id', type: 'int' },
          { sql: `${other}.n`, type: 'int' },
        ],
        tables: [name, other],
      };
    }
    return { sql: `${dice.pick(['', '', 'ONLY '])}${table} ${name}`, columns, tables: [name] };
  }

  #condition(columns: readonly Named[]): string {
    const { sql } = this.#dice.pick(columns);
    const other = this.#value('bool', columns, 1, []);
    return this.#dice.pick([
      `${sql} IS NOT NULL`,
      `${sql} IS NOT NULL AND ${other}`,
      `${sql} IS NOT NULL OR ${other}`,
      `NOT (${sql} IS NOT NULL)`,
      other,
      `${sql} = ${sql}`,
      `${sql}::text <> ALL ('{}'::text[])`,
    ]);
  }

  #value(type: Type, columns: readonly Named[], depth: number, tables: readonly string[]): string {
    const fits = columns.filter((column) => column.type === type);
    if (fits.length > 0 && (depth === 0 || !this.#one(3))) return this.#dice.pick(fits).sql;
    if (depth === 0) return { int: '1', text: `'x'`, bool: 'true' }[type];
    const some = (of: Type): string => this.#value(of, columns, depth - 1, tables);
    return this.#dice.pick(
      type === 'int'
        ? this.#numbers(some, tables)
        : type === 'text'
          ? this.#texts(some, tables)
          : this.#flags(some, tables),
    );
  }

  #numbers(some: (type: Type) => string, tables: readonly string[]): readonly string[] {
    const of = tables.map((name) => `lower(${name}.r)`);
    const always = [
      '7',
      `'7'::int`,
      `coalesce(${some('int')}, ${some('int')})`,
      `coalesce(${some('int')}, 0)`,
      `${some('int')} + ${some('int')}`,
      `abs(${some('int')})`,
    ];
    const asked = [
      `(SELECT count(*) FROM ta WHERE n > ${some('int')})::int`,
      '(SELECT max(n) FROM tb)',
      '(SELECT n FROM tc WHERE false)',
      `(SELECT count(*) FROM ta GROUP BY n LIMIT 1)::int`,
    ];
    const more = [
      `CASE WHEN ${some('bool')} THEN ${some('int')} ELSE ${some('int')} END`,
      `CASE WHEN ${some('bool')} THEN 1 END`,
      `CASE ${some('int')} WHEN 1 THEN 2 WHEN 2 THEN CASE WHEN ${some('bool')} THEN 3 ELSE 4 END ELSE 5 END`,
    ];
    return [
      ...of,
      ...always,
      ...asked,
      ...more,
      `nullif(${some('int')}, ${some('int')})`,
      `length(${some('text')})`,
      `perhaps(${some('int')})`,
      `greatest(${some('int')}, ${some('int')})`,
      `(${some('int')})::bigint::int`,
      `(ARRAY[1, 2])[${some('int')}]`,
      'NULL::int',
    ];
  }

  #texts(some: (type: Type) => string, tables: readonly string[]): readonly string[] {
    const of = tables.flatMap((name) => [
      `${name}.j ->> 'k'`,
      `${name}.c::text`,
      `${name}.*::text`,
      `${name}.e::text`,
      `(${name}.c).b`,
    ]);
    const always = [
      `'x'`,
      `${some('text')} || ${some('text')}`,
      `coalesce(${some('text')}, ${some('text')})`,
      `concat(${some('text')}, ${some('text')})`,
      `(${some('int')})::text`,
    ];
    return [
      ...of,
      ...always,
      `upper(${some('text')})`,
      `nullif(${some('text')}, 'a')`,
      `concat(VARIADIC NULL::text[])`,
      `(SELECT u FROM ta LIMIT 1)`,
      `CASE WHEN ${some('bool')} THEN ${some('text')} ELSE 'e' END`,
      'NULL',
      `md5(${some('text')})`,
    ];
  }

  #flags(some: (type: Type) => string, tables: readonly string[]): readonly string[] {
    const of = tables.flatMap((name) => [
      `(${name}.p + ${name}.p) = ${name}.p`,
      `${name}.c IS NULL`,
      `${name} IS NOT NULL`,
      `ROW(${name}.x, 1) = ROW(1, 1)`,
      `${name}.j @> '{}'`,
    ]);
    const tests = [
      `${some('int')} IS NULL`,
      `${some('text')} IS NOT NULL`,
      `${some('int')} IS DISTINCT FROM ${some('int')}`,
      `(${some('bool')}) IS TRUE`,
      `EXISTS (SELECT 1 FROM tb WHERE n = ${some('int')})`,
    ];
    const compared = [
      `${some('int')} = ${some('int')}`,
      `${some('text')} <> ${some('text')}`,
      `${some('int')} = ANY (ARRAY[1, NULL])`,
      `${some('int')} IN (1, 2)`,
      `${some('int')} IN (SELECT x FROM ta)`,
      `${some('text')} LIKE 'a%'`,
      `${some('int')} BETWEEN 0 AND 1`,
    ];
    return [
      ...of,
      ...tests,
      ...compared,
      `${some('bool')} AND ${some('bool')}`,
      `${some('bool')} OR ${some('bool')}`,
      `NOT ${some('bool')}`,
      `coalesce(${some('bool')}, false)`,
    ];
  }
}

function named(name: string, types: readonly Type[]): readonly Named[] {
  return types.map((type, at) => ({ sql: `${name}.c${at}`, type }));
}
