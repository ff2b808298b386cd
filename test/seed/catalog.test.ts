/** Seed files judged by schemas that the catalog gives: without a schema file, and besides one. */
import { expect, test } from 'vitest';
import type { Finding } from '../../src/base/finding.ts';
import { useDatabase } from '../support/database.ts';
import { write } from '../support/project.ts';
import { rowSchema, seed, seedProject } from './support.ts';

const database = useDatabase();

const DDL = `
  DROP SCHEMA public CASCADE; CREATE SCHEMA public;
  CREATE DOMAIN grade AS integer CONSTRAINT grade_is CHECK (VALUE <= 6);
  CREATE TYPE mood AS ENUM ('ok', 'so so');
  CREATE TABLE reviews (id int PRIMARY KEY, rating int NOT NULL CONSTRAINT chk_rating CHECK (rating >= 1 AND rating <= 5),
    state text CONSTRAINT chk_state CHECK (state IN ('NEW', 'SEEN')), code varchar(3), price numeric, grade grade, mood mood,
    at timestamptz DEFAULT now(), twice int GENERATED ALWAYS AS (rating * 2) STORED, doc jsonb, active boolean,
    CONSTRAINT chk_both CHECK (price > rating));`;

const brief = (found: readonly Finding[]) =>
  found.map(({ code, subject, message, hint, place }) => [
    code,
    subject,
    `${place?.line}:${place?.column}`,
    message,
    hint ?? '',
  ]);

const rows = async () =>
  database.session((s) => s.query('SELECT id, rating, state, price, active FROM reviews ORDER BY id'));

test('every fault at once, with file, line, pointer and the CHECK it comes from; nothing is loaded', async () => {
  await database.session((s) => s.batch(DDL));
  const root = seedProject({
    'demo/10_reviews.json': `[
 {"id": 1, "rating": 6, "state": "NEW"},
 {"id": 2, "rating": 3, "state": "SEE"},
 {"id": 3, "code": "long"},
 {"id": 4, "rating": null, "grade": 7},
 {"id": 5, "rating": 1, "mood": "bad", "price": true, "active": "yes"}
]`,
  });
  const result = await seed(root, database.target(), ['demo']);
  expect(result.ok).toBe(false);
  const row = (n: number, at: string) => ['seed/row', `seeds/demo/10_reviews.json, row ${n}${at && ` ${at}`}`];
  expect(brief(result.findings)).toEqual([
    [...row(1, '/rating'), '2:12', 'must be <= 5', 'It comes from CHECK chk_rating: ((rating >= 1) AND (rating <= 5))'],
    [
      ...row(2, '/state'),
      '3:25',
      '"SEE" is not one of "NEW", "SEEN"',
      "Did you mean \"SEEN\"? It comes from CHECK chk_state: (state = ANY (ARRAY['NEW'::text, 'SEEN'::text]))",
    ],
    [...row(3, ''), '4:2', 'column "rating" is missing', ''],
    [...row(3, '/code'), '4:12', 'must NOT have more than 3 characters', ''],
    [...row(4, '/rating'), '5:12', 'must be integer, not null', ''],
    [...row(4, '/grade'), '5:28', 'must be <= 6', 'It comes from CHECK grade_is of domain grade: (VALUE <= 6)'],
    [...row(5, '/mood'), '6:25', '"bad" is not one of "ok", "so so"', ''],
    [...row(5, '/price'), '6:40', 'must be number or string or null, not boolean', ''],
    [...row(5, '/active'), '6:55', 'must be boolean or null, not string', ''],
  ]);
  expect(await rows()).toEqual([]);
});

test('a column whose comment names a JSON Schema: its documents keep it, also beside a schema of the file', async () => {
  await database.session((s) =>
    s.batch(`${DDL} COMMENT ON COLUMN reviews.doc IS 'What was said. @schema(sql/schemas/doc.schema.json)';
      CREATE TABLE others (doc jsonb); COMMENT ON COLUMN others.doc IS '@schema(nowhere.json)';`),
  );
  const doc = {
    type: 'object',
    properties: { n: { $ref: '#/$defs/whole' } },
    required: ['n'],
    $defs: { whole: { type: 'integer' } },
  };
  const faults = async (files: Readonly<Record<string, unknown>>) => {
    const root = seedProject({
      'demo/10_reviews.json':
        '[\n {"id": 1, "rating": 1, "doc": {"n": "x"}},\n {"id": 2, "rating": 1, "doc": {}},\n {"id": 3, "rating": 1, "doc": null}\n]',
      ...files,
    });
    const first = await seed(root, database.target(), ['demo']);
    write(root, { 'sql/schemas/doc.schema.json': JSON.stringify(doc) });
    return [first, await seed(root, database.target(), ['demo'])].map(({ findings }) => brief(findings));
  };
  const from = "It comes from the JSON Schema that the column's comment names: sql/schemas/doc.schema.json";
  const found = [
    ['seed/row', 'seeds/demo/10_reviews.json, row 1 /doc/n', '2:33', 'must be integer, not string', from],
    [
      'seed/row',
      'seeds/demo/10_reviews.json, row 2 /doc',
      '3:25',
      expect.stringContaining('"n"'),
      expect.stringContaining(from),
    ],
  ];
  for (const files of [{}, { 'schemas/reviews.schema.json': rowSchema({ id: {}, rating: {}, doc: {} }) }]) {
    const [without, withFile] = await faults(files);
    expect(without?.map(([code, subject]) => [code, subject])).toEqual([['types/schema', 'public.reviews.doc']]);
    expect(withFile).toEqual(found);
  }
  expect(await rows()).toEqual([]);
});

test('what is right is loaded, from CSV too, whose fields get the types of the catalog', async () => {
  await database.session((s) => s.batch(DDL));
  const root = seedProject({
    'demo/10_reviews.csv': 'id,rating,price,active\n1,5,7.5,true\n2,4,,\n',
    'demo/20_reviews.ndjson':
      '{"id": 3, "rating": 1, "state": null, "price": "12.50", "at": "2026-01-01T00:00:00Z", "doc": {"a": [1]}}\n',
  });
  expect(await seed(root, database.target(), ['demo'])).toMatchObject({ ok: true, findings: [], data: { rows: 3 } });
  expect(await rows()).toEqual([
    { id: 1, rating: 5, state: null, price: '7.5', active: true },
    { id: 2, rating: 4, state: null, price: null, active: null },
    { id: 3, rating: 1, state: null, price: '12.50', active: null },
  ]);
});

test('beside a schema file only CHECKs are asked: the file may take forms that the catalog does not know', async () => {
  await database.session((s) => s.batch(DDL));
  const schema = rowSchema({ id: {}, 'rating?': {}, 'state?': {}, 'at?': {} });
  const bad = seedProject({
    'schemas/reviews.schema.json': schema,
    'demo/10_reviews.json': [
      { id: 1, rating: 9, at: 'yesterday' },
      { id: 2, rating: 0, state: 'OLD' },
    ],
  });
  const { findings } = await seed(bad, database.target(), ['demo']);
  expect(findings.map(({ subject, message }) => `${subject}: ${message}`)).toEqual([
    'seeds/demo/10_reviews.json, row 1 /rating: must be <= 5',
    'seeds/demo/10_reviews.json, row 2 /rating: must be >= 1',
    'seeds/demo/10_reviews.json, row 2 /state: "OLD" is not one of "NEW", "SEEN"',
  ]);
  const good = seedProject({
    'schemas/reviews.schema.json': schema,
    'demo/10_reviews.json': [{ id: 1, rating: 5, at: 'yesterday' }],
  });
  expect(await seed(good, database.target(), ['demo'])).toMatchObject({ ok: true });
});

test('a row that a trigger mends is not refused', async () => {
  await database.session((s) =>
    s.batch(`${DDL}
      CREATE FUNCTION mend() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.rating := 3; NEW.state := upper(NEW.state); RETURN NEW; END $$;
      CREATE TRIGGER mend BEFORE INSERT OR UPDATE ON reviews FOR EACH ROW EXECUTE FUNCTION mend();`),
  );
  const root = seedProject({
    'demo/10_reviews.json': [{ id: 1, rating: 9, state: 'new' }, { id: 2 }, { id: 3, rating: null }],
  });
  expect(await seed(root, database.target(), ['demo'])).toMatchObject({ ok: true, findings: [] });
  expect(await rows()).toMatchObject([{ rating: 3, state: 'NEW' }, { rating: 3 }, { rating: 3 }]);
  const wrong = seedProject({ 'demo/10_reviews.json': [{ id: 4, rating: 'nine' }] });
  expect((await seed(wrong, database.target(), ['demo'])).findings).toMatchObject([
    { code: 'seed/row', message: 'must be integer or null, not string' },
  ]);
});
