/** What is wrong with seed files is said before any connection is opened: the target of these tests does not exist. */
import { describe, expect, test } from 'vitest';
import type { Finding } from '../../src/base/finding.ts';
import { type Files, INTEGER, NOWHERE, rowSchema, seed, seedProject, TEXT } from './support.ts';

const SCHEMAS = {
  'schemas/users.schema.json': rowSchema({
    id: INTEGER,
    'email?': { type: 'string', format: 'email', maxLength: 20 },
    'active?': { type: 'boolean' },
    'tags?': { type: ['array', 'null'], items: TEXT },
  }),
};

async function faults(files: Files, set = 'demo', options: object = {}): Promise<readonly Finding[]> {
  const result = await seed(seedProject({ ...SCHEMAS, ...files }), NOWHERE, [set], { ...options });
  expect(result.ok).toBe(false);
  expect(result.data.loaded).toEqual([]);
  return result.findings;
}

const brief = (found: readonly Finding[]) =>
  found.map(({ code, subject, message, hint, place }) => [
    code,
    subject,
    `${place?.line}:${place?.column}`,
    message,
    hint ?? '',
  ]);

describe('seed files', () => {
  test('every fault of every file at once, with row, JSON pointer and line', async () => {
    const found = await faults({
      'demo/10_users.json':
        '[\n  {"id": "1", "email": "nope"},\n  {"id": 2,\n   "emial": "a@b.de"},\n  {"email": "a@b.de"}\n]\n',
      'demo/20_users.ndjson': '{"id": 3}\n\n{"id": 4, "active": "yes"}\n',
      'demo/30_users.csv': 'id,active\n5,true\n6,maybe\nseven,false\n',
    });
    expect(brief(found)).toEqual([
      ['seed/row', 'seeds/demo/10_users.json, row 1 /id', '2:4', 'must be integer, not string', ''],
      ['seed/row', 'seeds/demo/10_users.json, row 1 /email', '2:15', 'must match format "email"', ''],
      ['seed/row', 'seeds/demo/10_users.json, row 2 /emial', '4:4', 'unknown column "emial"', 'Did you mean "email"?'],
      ['seed/row', 'seeds/demo/10_users.json, row 3', '5:3', 'column "id" is missing', ''],
      ['seed/row', 'seeds/demo/20_users.ndjson, row 2 /active', '3:1', 'must be boolean, not string', ''],
      ['seed/row', 'seeds/demo/30_users.csv, row 2 /active', '3:1', 'must be boolean, not string', ''],
      ['seed/row', 'seeds/demo/30_users.csv, row 3 /id', '4:1', 'must be integer, not string', ''],
    ]);
  });

  test.each([
    ['broken JSON', '10_users.json', '[\n {"id": 1},\n {"id": }\n]', '3:9', 'this is not JSON from here on'],
    ['an object instead of rows', '10_users.json', '{"id": 1}', '1:1', 'the file must hold an array'],
    [
      'a row that is no object',
      '10_users.json',
      '[{"id": 1}, 7]',
      '1:13',
      'a row must be an object of column names and values',
    ],
    ['a broken line', '10_users.ndjson', '{"id": 1}\n{"id": 2,}\n', '2:10', 'this is not JSON from here on'],
    ['an empty CSV', '10_users.csv', '', '1:1', 'the file is empty'],
    ['a short CSV line', '10_users.csv', 'id,email\n1,a@b.de\n2\n', '3:1', '1 fields, but the header has 2'],
    ['an open quote', '10_users.csv', 'id,email\n1,"a@b.de\n2,x\n', '2:1', 'a quoted field has no end'],
    ['text after a quote', '10_users.csv', 'id,email\n1,"a"b\n', '2:1', 'text after the closing quote of a field'],
    [
      'a quote inside a field',
      '10_users.csv',
      'id,email\n1,a"b"\n',
      '2:1',
      'a double quote inside a field that does not begin with one',
    ],
    ['a header twice', '10_users.csv', 'id,id\n1,2\n', '1:1', 'column "id" stands twice in the header'],
    ['a header without a name', '10_users.csv', 'id,\n1,2\n', '1:1', 'column 2 of the header has no name'],
  ])('%s', async (_, name, text, place, message) => {
    const [first, ...rest] = brief(await faults({ [`demo/${name}`]: text }));
    expect(rest).toEqual([]);
    expect(first?.slice(2, 4)).toEqual([place, message]);
    expect(first?.[0]).toBe('seed/syntax');
  });

  test('integers that JavaScript would round', async () => {
    const [fault] = await faults({ 'demo/10_users.json': '[{"id": 9007199254740993}]' });
    expect(fault).toMatchObject({ code: 'seed/row', hint: 'Write it as a string.' });
  });

  test('a file that is wrong all over is cut off', async () => {
    const found = await faults({ 'demo/10_users.json': Array.from({ length: 150 }, () => ({})) });
    expect(found).toHaveLength(101);
    expect(found.at(-1)).toMatchObject({ level: 'note', message: '50 more faults in this file' });
  });

  test('bytes that are not UTF-8', async () => {
    const { writeFileSync } = await import('node:fs');
    const root = seedProject({ ...SCHEMAS, 'demo/10_users.csv': '' });
    writeFileSync(`${root}/seeds/demo/10_users.csv`, Buffer.from('id,email\n1,\xe4\n', 'latin1'));
    expect((await seed(root, NOWHERE, ['demo'])).findings).toMatchObject([
      { code: 'seed/encoding', message: 'the file is not UTF-8' },
    ]);
  });

  test('missing and unusable schemas, odd file names, wrong set.json, sets in a circle', async () => {
    const found = await faults(
      {
        'demo/10_things.json': [],
        'demo/20_odd.json': [],
        'demo/notes.txt': '',
        'demo/README.md': 'not looked at',
        'demo/set.json': '{\n "mod": "upsert",\n "depends": ["other"],\n "mode": "replace"\n}',
        'schemas/odd.schema.json': { type: 'objekt' },
      },
      'demo',
      { validateOnly: true },
    );
    expect(brief(found).map(([code, subject, , , hint]) => [code, subject, hint])).toEqual([
      ['seed/set-options', 'seeds/demo/set.json /mod', 'Did you mean "mode"?'],
      ['seed/set-options', 'seeds/demo/set.json /mode', ''],
      [
        'seed/schema',
        'seeds/demo/10_things.json',
        'Without a database only files are judged: write seeds/schemas/things.schema.json: type, properties, required and additionalProperties of one row.',
      ],
      ['seed/schema', 'seeds/schemas/odd.schema.json', ''],
      ['seed/file-name', 'seeds/demo/notes.txt', 'Seed files are called NN_<table>.json, .ndjson or .csv.'],
    ]);
    const circle = await faults({ 'demo/set.json': { depends: ['a'] }, 'a/set.json': { depends: ['demo'] } });
    expect(circle).toMatchObject([
      { code: 'seed/circular-set', message: 'sets depend on each other: demo → a → demo' },
    ]);
    const broken = await faults({ 'demo/set.json': '{"mode": }' });
    expect(broken).toMatchObject([{ code: 'seed/set-options', place: { line: 1, column: 10 } }]);
  });

  test('SEED_UNKNOWN: a set that is not there, asked for or depended on', async () => {
    const root = seedProject({ ...SCHEMAS, 'demo/set.json': { depends: ['refrence'] }, 'reference/10_users.json': [] });
    await expect(seed(root, NOWHERE, ['dmo'])).rejects.toMatchObject({
      code: 'SEED_UNKNOWN',
      exit: 2,
      message: 'there is no seed set "dmo"',
      more: { hint: 'Did you mean "demo"?' },
    });
    await expect(seed(root, NOWHERE, ['demo'])).rejects.toMatchObject({
      code: 'SEED_UNKNOWN',
      message: 'there is no seed set "refrence", which set "demo" depends on',
    });
  });

  test('--validate-only needs no database, and no names list the sets', async () => {
    const root = seedProject({
      ...SCHEMAS,
      'demo/10_users.json': [{ id: 1 }],
      'demo/set.json': { description: 'few' },
    });
    const valid = await seed(root, NOWHERE, ['demo'], { validateOnly: true });
    expect(valid).toMatchObject({ ok: true, data: { sets: ['demo'], rows: 1, loaded: [] } });
    const listed = await seed(root, NOWHERE, []);
    expect(listed.view).toEqual([
      { kind: 'table', head: ['set', 'files', 'rows', 'description'], rows: [['demo', '1', '1', 'few']] },
    ]);
  });
});
