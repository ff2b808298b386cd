/**
 * CHECK to union, case by case, on what the server itself makes of each constraint: the right column says what a row may
 * claim. Where the union would be wrong for even one possible row, the plain type must stay.
 */
import { describe, expect, test } from 'vitest';
import { expanded, generated, members } from './support.ts';

interface Case {
  readonly name: string;
  /** Body of CREATE TABLE t, or whole statements when it has a semicolon. */
  readonly ddl: string;
  /** Column x as a row claims it, unions written out. */
  readonly x: string;
}

const SHORT = `'a' | 'b'`;
const CASES: readonly Case[] = [
  { name: 'IN on text', ddl: `x text NOT NULL CHECK (x IN ('a', 'b'))`, x: SHORT },
  { name: 'IN on varchar (both sides cast)', ddl: `x varchar(9) NOT NULL CHECK (x IN ('a', 'b'))`, x: SHORT },
  { name: 'IN with one item', ddl: `x text NOT NULL CHECK (x IN ('a'))`, x: `'a'` },
  { name: '= literal', ddl: `x text NOT NULL CHECK (x = 'a')`, x: `'a'` },
  { name: 'literal = column', ddl: `x text NOT NULL CHECK ('a' = x)`, x: `'a'` },
  { name: 'ORed equalities', ddl: `x text NOT NULL CHECK (x = 'a' OR x = 'b')`, x: SHORT },
  { name: '= ANY (ARRAY)', ddl: `x text NOT NULL CHECK (x = ANY (ARRAY['a', 'b']))`, x: SHORT },
  { name: `= ANY ('{…}')`, ddl: `x text NOT NULL CHECK (x = ANY ('{a,"b c",d\\"e}'))`, x: `'a' | 'b c' | 'd"e'` },
  { name: 'order of the list', ddl: `x text NOT NULL CHECK (x IN ('b', 'a'))`, x: `'b' | 'a'` },
  { name: 'duplicates', ddl: `x text NOT NULL CHECK (x IN ('b', 'a', 'b'))`, x: `'b' | 'a'` },
  { name: 'nullable column', ddl: `x text CHECK (x IN ('a', 'b'))`, x: `${SHORT} | null` },
  { name: 'doubled quote', ddl: `x text NOT NULL CHECK (x IN ('b''q', 'a'))`, x: `'b\\'q' | 'a'` },
  { name: 'backslash', ddl: `x text NOT NULL CHECK (x IN ('b\\q', 'a'))`, x: `'b\\\\q' | 'a'` },
  {
    name: 'words in strings',
    ddl: `x text NOT NULL CHECK (x IN ('a) OR (b', 'AND', 'NULL'))`,
    x: `'a) OR (b' | 'AND' | 'NULL'`,
  },
  { name: 'unicode', ddl: `x text NOT NULL CHECK (x IN ('ä', '✓', '😀'))`, x: `'ä' | '✓' | '😀'` },
  { name: 'integers', ddl: `x int NOT NULL CHECK (x IN (1, -2, 3))`, x: '1 | -2 | 3' },
  { name: 'smallint', ddl: `x smallint NOT NULL CHECK (x IN (1, 2))`, x: '1 | 2' },
  {
    name: 'int8 is digits',
    ddl: `x bigint NOT NULL CHECK (x IN (1, 9007199254740993))`,
    x: `'1' | '9007199254740993'`,
  },
  { name: 'boolean', ddl: `x boolean NOT NULL CHECK (x)`, x: 'true' },
  { name: 'NOT boolean', ddl: `x boolean NOT NULL CHECK (NOT x)`, x: 'false' },
  { name: 'char(n) comes back padded', ddl: `x char(3) NOT NULL CHECK (x IN ('ab', 'abc'))`, x: `'ab ' | 'abc'` },
  { name: '"char"', ddl: `x "char" NOT NULL CHECK (x IN ('a', 'b'))`, x: SHORT },
  { name: 'name', ddl: `x name NOT NULL CHECK (x IN ('a', 'b'))`, x: SHORT },
  { name: '"char" as text', ddl: `x "char" NOT NULL CHECK (x::text IN ('a', 'b'))`, x: SHORT },
  {
    name: 'odd column name',
    ddl: `"x" text NOT NULL CHECK ("x" IN ('a', 'b')), "or x" text CHECK ("or x" = 'x')`,
    x: SHORT,
  },
  { name: 'OR IS NULL', ddl: `x text CHECK (x IS NULL OR x IN ('a', 'b'))`, x: `${SHORT} | null` },
  { name: 'IS NULL alone', ddl: `x text CHECK (x IS NULL)`, x: 'never | null' },
  { name: 'IS NOT NULL as a CHECK', ddl: `x text CHECK (x IS NOT NULL)`, x: 'string' },
  {
    name: 'AND intersects',
    ddl: `x text NOT NULL CHECK (x IN ('a', 'b', 'c') AND x IN ('b', 'c', 'd'))`,
    x: `'b' | 'c'`,
  },
  {
    name: 'two CHECKs intersect',
    ddl: `x text NOT NULL CHECK (x IN ('c', 'a', 'b')), CHECK (x IN ('b', 'a'))`,
    x: `'a' | 'b'`,
  },
  { name: 'AND with something else', ddl: `x text NOT NULL, y int, CHECK (x IN ('a', 'b') AND y > 1)`, x: SHORT },
  {
    name: 'branches unite',
    ddl: `x text NOT NULL, y int, CHECK ((x = 'a' AND y = 1) OR (x = 'b' AND y = 2))`,
    x: SHORT,
  },
  { name: 'BETWEEN beside it', ddl: `x text NOT NULL, y int, CHECK (y BETWEEN 1 AND 2 AND x IN ('a', 'b'))`, x: SHORT },
  {
    name: 'CASE beside it',
    ddl: `x text NOT NULL, y int, CHECK (CASE WHEN y > 1 AND y < 3 OR y = 9 THEN true ELSE false END AND x IN ('a','b'))`,
    x: SHORT,
  },
  {
    name: 'enum narrowed',
    ddl: `CREATE TYPE mood AS ENUM ('z', 'a', 'm'); CREATE TABLE t (x mood NOT NULL CHECK (x IN ('m', 'z')));`,
    x: `'m' | 'z'`,
  },
  {
    name: 'enum as text',
    ddl: `CREATE TYPE mood AS ENUM ('z', 'a', 'm'); CREATE TABLE t (x mood NOT NULL CHECK (x::text IN ('m', 'q')));`,
    x: `'m'`,
  },
  {
    name: 'domain',
    ddl: `CREATE DOMAIN d AS text CHECK (VALUE IN ('a', 'b')); CREATE TABLE t (x d NOT NULL);`,
    x: SHORT,
  },
  {
    name: 'domain over domain',
    ddl: `CREATE DOMAIN d AS text CHECK (VALUE IN ('a', 'b', 'c')); CREATE DOMAIN e AS d CHECK (VALUE <> 'q' AND VALUE IN ('b', 'c', 'd')); CREATE TABLE t (x e NOT NULL);`,
    x: `'b' | 'c'`,
  },
  {
    name: 'domain NOT NULL',
    ddl: `CREATE DOMAIN d AS int NOT NULL CHECK (VALUE IN (1, 2)); CREATE TABLE t (x d);`,
    // INSERT … SELECT (SELECT x FROM t WHERE false) gets past it: only the column's own NOT NULL is sure.
    x: '1 | 2 | null',
  },
  {
    name: 'column narrows its domain',
    ddl: `CREATE DOMAIN d AS varchar(5) CHECK (VALUE IN ('a', 'b', 'c')); CREATE TABLE t (x d NOT NULL CHECK (x IN ('a', 'b')));`,
    x: SHORT,
  },

  // Traps: no union may come out of these.
  { name: 'NULL in the list', ddl: `x text NOT NULL CHECK (x IN ('a', NULL))`, x: 'string' },
  { name: `NULL in '{…}'`, ddl: `x text NOT NULL CHECK (x = ANY ('{a,NULL}'))`, x: 'string' },
  { name: '= NULL', ddl: `x text NOT NULL CHECK (x = NULL)`, x: 'string' },
  {
    name: 'NOT VALID',
    ddl: `CREATE TABLE t (x text NOT NULL); ALTER TABLE t ADD CHECK (x IN ('a')) NOT VALID;`,
    x: 'string',
  },
  {
    name: 'domain NOT VALID',
    ddl: `CREATE DOMAIN d AS text; CREATE TABLE t (x d NOT NULL); ALTER DOMAIN d ADD CHECK (VALUE IN ('a')) NOT VALID;`,
    x: 'string',
  },
  { name: 'OR another column', ddl: `x text NOT NULL, y int, CHECK (x IN ('a', 'b') OR y = 1)`, x: 'string' },
  {
    name: 'OR another column is null',
    ddl: `x text NOT NULL, y int, CHECK (x IN ('a', 'b') OR y IS NULL)`,
    x: 'string',
  },
  { name: 'NOT IN', ddl: `x text NOT NULL CHECK (x NOT IN ('a', 'b'))`, x: 'string' },
  { name: 'NOT of a list', ddl: `x text NOT NULL CHECK (NOT (x IN ('a', 'b')))`, x: 'string' },
  { name: '<> ANY', ddl: `x text NOT NULL CHECK (x <> ANY (ARRAY['a', 'b']))`, x: 'string' },
  { name: '= ALL', ddl: `x text NOT NULL CHECK (x = ALL (ARRAY['a', 'a']))`, x: 'string' },
  { name: 'of a function', ddl: `x text NOT NULL CHECK (lower(x) IN ('a', 'b'))`, x: 'string' },
  { name: 'of COALESCE', ddl: `x text CHECK (coalesce(x, 'a') IN ('a', 'b'))`, x: 'string | null' },
  { name: 'pattern', ddl: `x text NOT NULL CHECK (x ~ '^(a|b)$')`, x: 'string' },
  { name: 'varchar cut by a cast', ddl: `x text NOT NULL CHECK (x::varchar(1) IN ('a', 'b'))`, x: 'string' },
  { name: 'text cut to one byte', ddl: `x text NOT NULL CHECK (x::"char" IN ('a', 'b'))`, x: 'string' },
  { name: 'text cut to a name', ddl: `x text NOT NULL CHECK (x::name IN ('a', 'b'))`, x: 'string' },
  { name: 'literal cut to one byte', ddl: `x text NOT NULL CHECK (x = 'apple'::text::"char"::text)`, x: 'string' },
  { name: 'text as bpchar ignores spaces', ddl: `x text NOT NULL CHECK (x::bpchar IN ('a', 'b'))`, x: 'string' },
  { name: 'bpchar without length keeps spaces', ddl: `x bpchar NOT NULL CHECK (x IN ('a', 'b'))`, x: 'string' },
  { name: 'numeric has a scale', ddl: `x numeric(5,2) NOT NULL CHECK (x IN (1, 2))`, x: 'string' },
  { name: 'int compared as numeric', ddl: `x int NOT NULL CHECK (x IN (1.5, 2))`, x: 'number' },
  { name: 'uuid', ddl: `x uuid NOT NULL CHECK (x IN ('A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'))`, x: 'string' },
  { name: 'date', ddl: `x date NOT NULL CHECK (x IN ('2024-01-01'))`, x: 'PgDate' },
  {
    name: 'case-insensitive collation',
    ddl: `CREATE COLLATION ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false); CREATE TABLE t (x text COLLATE ci NOT NULL CHECK (x IN ('a', 'b')));`,
    x: 'string',
  },
  {
    name: 'case-insensitive comparison',
    ddl: `CREATE COLLATION ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false); CREATE TABLE t (x text NOT NULL CHECK (x COLLATE ci IN ('a', 'b')));`,
    x: 'string',
  },
  {
    name: 'case-insensitive domain',
    ddl: `CREATE COLLATION ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false); CREATE DOMAIN d AS text COLLATE ci CHECK (VALUE IN ('a')); CREATE TABLE t (x d NOT NULL);`,
    x: 'string',
  },
  {
    name: 'citext',
    ddl: `CREATE EXTENSION citext; CREATE TABLE t (x citext NOT NULL CHECK (x IN ('a', 'b')));`,
    x: 'string',
  },
  { name: 'array column', ddl: `x text[] NOT NULL CHECK (x = '{a,b}')`, x: '(string | null)[]' },
  {
    name: 'NO INHERIT on a parent',
    ddl: `CREATE TABLE t (x text NOT NULL, CHECK (x IN ('a')) NO INHERIT); CREATE TABLE child () INHERITS (t);`,
    x: 'string',
  },
  {
    name: 'foreign table',
    ddl: `CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w; CREATE FOREIGN TABLE t (x text NOT NULL CHECK (x IN ('a'))) SERVER s;`,
    x: 'string | null',
  },
  {
    name: 'foreign table among the partitions',
    ddl: `CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w; CREATE TABLE t (x text NOT NULL CHECK (x IN ('a')), y int) PARTITION BY LIST (y); CREATE FOREIGN TABLE f PARTITION OF t DEFAULT SERVER s;`,
    x: 'string | null',
  },
  {
    name: 'NOT NULL of the parent ONLY',
    ddl: `CREATE TABLE t (x text); CREATE TABLE child () INHERITS (t); CREATE TABLE grandchild () INHERITS (child); ALTER TABLE ONLY t ALTER x SET NOT NULL;`,
    x: 'string | null',
  },
];

describe('CHECK to union', () => {
  test.each(CASES.map((c) => [c.name, c] as const))('%s', async (_, { ddl, x }) => {
    const { text } = await generated(ddl.includes(';') ? ddl : `CREATE TABLE t (${ddl})`);
    expect(expanded(text, members(text, 'TRow').x ?? 'missing')).toBe(x);
  });
});
