/** JSON columns with the shape that a JSON Schema named in their comment gives them, and what is refused. */
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { schemaCompiler } from '../../src/base/validate.ts';
import { documentName, type JsonSchema, schemaPath } from '../../src/codegen/documents.ts';
import { schemasText } from '../../src/codegen/json-schema.ts';
import { useDatabase } from '../support/database.ts';
import { project, strata } from '../support/project.ts';
import { claimsOf } from './claims.ts';
import { compile } from './compile.ts';
import { fromSession, generated, loaded, members, OPTIONS, withDdl } from './support.ts';

const database = useDatabase();

const TREE: JsonSchema = {
  $id: 'tree',
  type: 'object',
  properties: {
    name: { type: 'string', description: 'Evil */ text' },
    kind: { enum: ['leaf', 'node', 3, null] },
    fixed: { const: true },
    children: { type: 'array', items: { $ref: '#' } },
    'odd key': {
      anyOf: [{ $ref: '#/$defs/colour-name' }, { type: 'object', additionalProperties: { type: 'integer' } }],
    },
    any: {},
    maybe: { type: ['number', 'null'] },
    inner: { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] },
  },
  required: ['name', 'kind'],
  $defs: { 'colour-name': { type: 'string', enum: ['red', "bl'ue"] } },
};
const DDL = `CREATE TABLE t (id int PRIMARY KEY, doc jsonb NOT NULL, other json, plain jsonb);
  COMMENT ON COLUMN t.doc IS 'The tree. @schema(docs/tree.schema.json)'; COMMENT ON COLUMN t.other IS '@schema(docs/tree.schema.json)';
  CREATE VIEW v AS SELECT doc FROM t`;
const documents = new Map([['docs/tree.schema.json', TREE]]);

test.each([
  ['seeds/schemas/pricing_snapshot.schema.json', 'PricingSnapshot'],
  ['outbox-payload.json', 'OutboxPayload'],
  ['a/2fa.v2.json', '_2faV2'],
])('%s is called %s', (path, name) => {
  expect(documentName(path)).toBe(name);
  expect(schemaPath(`Text. @schema( ${path} ) @pii(x)`)).toBe(path);
});

test('becomes a type, shared by the columns that name it, and views carry it', async () => {
  const { text } = await generated(DDL, { documents });
  expect(members(text, 'TRow')).toEqual({ id: 'TId', doc: 'Tree', other: 'Tree | null', plain: 'JsonValue | null' });
  expect(members(text, 'NewT')).toMatchObject({ doc: 'Tree', other: '?Tree | null' });
  expect(members(text, 'VRow')).toEqual({ doc: 'Tree' });
  expect(text).toContain(`export type Tree = {
  /** Evil *\\/ text */
  readonly name: string;
  readonly kind: 'leaf' | 'node' | 3 | null;
  readonly fixed?: true;
  readonly children?: readonly Tree[];
  readonly 'odd key'?: TreeColourName | { readonly [key: string]: number };
  readonly any?: JsonValue;
  readonly maybe?: number | null;
  readonly inner?: {
    readonly n: number;
  };
};`);
  expect(text).toContain(`export type TreeColourName = 'red' | 'bl\\'ue';`);
  const consumer = `import type { NewT, TRow } from './types.ts';
    export const row: NewT = { id: 1 as NewT['id'], doc: { name: 'a', kind: 3, children: [{ name: 'b', kind: null }] } };
    export const kind = (row: TRow): 'leaf' | 'node' | 3 | null => row.doc.kind;
    // @ts-expect-error not of the shape
    export const wrong: NewT['doc'] = { name: 1, kind: 'leaf' };`;
  expect(compile({ 'types.ts': text, 'consumer.ts': consumer })).toEqual([]);
});

describe('no document that the schema takes is refused by the type', () => {
  const CASES: readonly (readonly [string, JsonSchema, string, readonly unknown[]])[] = [
    [
      'tuples',
      { type: 'array', prefixItems: [{ type: 'string' }, { type: ['number', 'null'] }], items: false },
      `readonly [string?, (number | null)?]`,
      [[], ['a'], ['a', null], ['a', 1]],
    ],
    [
      'tuples with a rest',
      { type: 'array', prefixItems: [{ type: 'string' }, { type: 'string' }], items: { type: 'integer' }, minItems: 1 },
      `readonly [string, string?, ...number[]]`,
      [['a'], ['a', 'b', 1, 2]],
    ],
    [
      'patterns of names',
      {
        type: 'object',
        patternProperties: { '^a': { type: 'string' }, '^b': { type: 'integer' } },
        additionalProperties: false,
      },
      `{ readonly [key: string]: string | number }`,
      [{}, { a: 'x', b: 1 }],
    ],
    ['nothing', { type: 'object', additionalProperties: false }, `{ readonly [key: string]: never }`, [{}]],
    [
      'cases beside properties',
      {
        type: 'object',
        properties: { id: { type: 'integer' }, kind: { enum: ['a', 'b'] } },
        required: ['id'],
        anyOf: [
          { properties: { kind: { const: 'a' }, a: { type: 'string' } }, required: ['kind', 'a'] },
          { required: ['kind'] },
          { $ref: '#/$defs/more' },
        ],
        $defs: { more: { type: 'object', properties: { more: { type: 'boolean' } } } },
      },
      `{
  readonly id: number;
  readonly kind: 'a';
  readonly a: string;
} | {
  readonly id: number;
  readonly kind: 'a' | 'b';
} | ({
  readonly id: number;
  readonly kind?: 'a' | 'b';
} & DocMore)`,
      [
        { id: 1, kind: 'a', a: 'x' },
        { id: 1, kind: 'b' },
        { id: 1, more: true },
      ],
    ],
    [
      'arrays of cases',
      {
        type: 'array',
        items: {
          anyOf: [
            { type: 'object', properties: { a: { type: 'string' } } },
            { type: 'object', additionalProperties: { type: 'null' } },
          ],
        },
      },
      `readonly ({
  readonly a?: string;
} | { readonly [key: string]: null })[]`,
      [[{ a: 'x' }, { b: null }], []],
    ],
    [
      'escaped references',
      {
        type: 'object',
        properties: { one: { $ref: '#/$defs/a%20b' }, two: { $ref: '#/$defs/a_b' }, three: { $ref: '#/$defs/a~1b' } },
        $defs: { 'a b': { type: 'string' }, a_b: { type: 'integer' }, 'a/b': { type: 'boolean' } },
      },
      `{
  readonly one?: DocAB;
  readonly two?: DocAB2;
  readonly three?: DocAB3;
}`,
      [{ one: 'x', two: 1, three: true }, {}],
    ],
  ];

  test.each(CASES)('%s', async (_, schema, type, values) => {
    const { text } = await generated(`CREATE TABLE t (doc jsonb); COMMENT ON COLUMN t.doc IS '@schema(doc.json)'`, {
      documents: new Map([['doc.json', schema]]),
    });
    expect(text).toContain(`export type Doc = ${type};`);
    const valid = new Ajv2020({ strict: false }).compile(schema);
    expect(values.filter((value) => !valid(value))).toEqual([]);
    const consumer = values.map((value, at) => `export const v${at}: Doc = ${JSON.stringify(value)};\n`).join('');
    expect(compile({ 'types.ts': text, 'consumer.ts': `import type { Doc } from './types.ts';\n${consumer}` })).toEqual(
      [],
    );
  });
});

test('documents that the schema takes keep the claims and the row schema, read back from the server', () =>
  withDdl(DDL, async (session) => {
    const { text, model } = await fromSession(session, { documents });
    const { tRowSchema, newTSchema } = await loaded<Record<string, object>>(
      schemasText(model, { ...OPTIONS, documents }),
    );
    const compiled = schemaCompiler();
    const [rows, inserts] = [compiled(tRowSchema ?? {}), compiled(newTSchema ?? {})];
    const { tree } = fc.letrec((tie) => ({
      tree: fc.record(
        {
          name: fc.string({ unit: 'grapheme' }).filter((one) => !one.includes('\0')),
          kind: fc.constantFrom('leaf', 'node', 3, null),
          fixed: fc.constant(true),
          children: fc.array(tie('tree'), { maxLength: 2 }),
          'odd key': fc.oneof(fc.constantFrom('red', "bl'ue"), fc.dictionary(fc.constantFrom('a', 'b'), fc.integer())),
          maybe: fc.option(fc.integer()),
          inner: fc.record({ n: fc.integer() }),
        },
        { requiredKeys: ['name', 'kind'] },
      ),
    }));
    await fc.assert(
      fc.asyncProperty(tree, async (doc) => {
        expect(inserts({ id: 1, doc })).toEqual([]);
        await session.query('TRUNCATE t');
        const [row = {}] = await session.query('INSERT INTO t (id, doc) VALUES (1, $1) RETURNING *', [doc]);
        expect([...claimsOf(text)('TRow', row), ...rows(row)]).toEqual([]);
      }),
      { numRuns: 50 },
    );
    expect(
      rows({ id: 1, doc: { name: 'a', kind: 'leaf', children: [{ name: 1 }] }, other: null, plain: null }),
    ).toMatchObject([{ pointer: '/doc/children/0' }, { pointer: '/doc/children/0/name' }]);
  }));

describe('strata types', () => {
  test('reads the files that comments name; what is wrong is told all at once, and nothing is written', async () => {
    const target = database.target();
    await database.session((s) =>
      s.batch(`CREATE TABLE p (id int PRIMARY KEY, a jsonb, b text, c jsonb, d jsonb, e jsonb);
        COMMENT ON COLUMN p.a IS '@schema(no/such.json)'; COMMENT ON COLUMN p.b IS '@schema(pricing_snapshot.schema.json)';
        COMMENT ON COLUMN p.c IS '@schema(broken.json)'; COMMENT ON COLUMN p.d IS '@schema(far.json)';
        COMMENT ON COLUMN p.e IS '@schema(wrong.json)'`),
    );
    const cwd = project({
      'broken.json': '{',
      'far.json': '{ "$ref": "other.json#/x" }',
      'wrong.json': '{ "type": "objekt" }',
    });
    cpSync('test/cases/documents', cwd, { recursive: true });
    const refused = await strata(['types', '--json'], { cwd, target });
    expect(refused.status).toBe(1);
    const { findings } = JSON.parse(refused.stdout) as { findings: readonly object[] };
    expect(findings).toMatchObject([
      { code: 'types/schema', subject: 'public.p.a', message: 'there is no file no/such.json in the project folder' },
      { subject: 'public.p.b', message: 'only a json or jsonb column can have a JSON Schema' },
      { subject: 'public.p.c', message: expect.stringContaining('broken.json is no usable JSON Schema') },
      {
        subject: 'public.p.d',
        message: 'far.json refers to other.json#/x: only "#" and "#/$defs/<name>" are followed',
      },
      { subject: 'public.p.e', message: expect.stringContaining('wrong.json is no usable JSON Schema') },
    ]);
    expect(await strata(['types', '--check'], { cwd, target })).toMatchObject({ status: 1 });

    for (const file of ['no-such.json', 'broken.json', 'far.json', 'wrong.json']) writeFileSync(join(cwd, file), '{}');
    await database.session((s) =>
      s.batch(`COMMENT ON COLUMN p.a IS '@schema(no-such.json)'; COMMENT ON COLUMN p.b IS NULL`),
    );
    expect(await strata(['types'], { cwd, target })).toMatchObject({ status: 0 });
  });
});
