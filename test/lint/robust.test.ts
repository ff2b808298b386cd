/** Lint never crashes: mutated statements and bodies, mutated files under --fix, and more statements than anybody writes. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NO_FACTS } from '../../src/lint/facts.ts';
import { fixesFor } from '../../src/lint/fix.ts';
import { judge } from '../../src/lint/judge.ts';
import type { Subject } from '../../src/lint/subject.ts';
import { corpus } from './squawk.ts';
import { everyRule, subjectOf } from './subjects.ts';

const BODIES = [
  'CREATE FUNCTION f(a text) RETURNS int LANGUAGE plpgsql AS $$ DECLARE x int := 1; r record; BEGIN FOR r IN SELECT * FROM t LOOP x := x + 1; END LOOP; RETURN x; EXCEPTION WHEN OTHERS THEN NULL; END $$',
  "CREATE OR REPLACE PROCEDURE p() LANGUAGE plpgsql SECURITY DEFINER SET search_path = a AS 'BEGIN EXECUTE format(''DROP TABLE %s'', x) USING 1; COMMIT; END'",
  'DO $x$ BEGIN IF NOT EXISTS (SELECT FROM pg_type) THEN CREATE TYPE t AS ENUM (); ELSIF true THEN RAISE; ELSE PERFORM g(); END IF; END $x$',
  'CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.a := 1; RETURN NEW; END $$',
  'CREATE FUNCTION f() RETURNS SETOF int LANGUAGE sql BEGIN ATOMIC SELECT 1; DELETE FROM t; END',
  "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1; UPDATE t SET a = 'é😀' $$",
];

function mutations(texts: readonly string[]): fc.Arbitrary<string> {
  const words = [...new Set(texts.flatMap((text) => text.split(/\b/)))];
  const change = fc.tuple(
    fc.nat(60),
    fc.constantFrom(...words, '', "'", '"', '(', ')', '$$', ';', '--', '/*', '\u0000', '😀'),
  );
  return fc.tuple(fc.constantFrom(...texts), fc.array(change, { maxLength: 4 })).map(([text, changes]) => {
    const parts = text.split(/\b/);
    for (const [at, word] of changes) parts[at % parts.length] = word;
    return parts.join('');
  });
}

function rawSubject(sql: string): Subject {
  const place = { file: 'migrations/001_a.sql', line: 1, column: 1 };
  const script = { kind: 'statements', statements: [{ sql, place }], transactional: true } as const;
  return { name: '001_a', file: place.file, up: script, down: script, sources: new Map([[place.file, `${sql};\n`]]) };
}

test('no mutation of a statement or a body makes it throw', async () => {
  await fc.assert(
    fc.asyncProperty(mutations([...BODIES, ...BODIES, ...corpus()]), async (sql) => {
      const verdict = await judge([rawSubject(sql)], { facts: NO_FACTS, levels: everyRule });
      expect(verdict.statements).toBe(2);
      for (const { place } of verdict.findings) expect(place?.line).toBeGreaterThan(0);
    }),
    { numRuns: 1500 },
  );
}, 120_000);

test('no mutation of a file makes --fix throw', async () => {
  const calls = [
    "export const up = (pgm) => {\n  pgm.createIndex('t', 'a');\n  pgm.sql(`CREATE INDEX i ON t (a); SELECT '${x}'`);\n};",
    "export function down(pgm) {\n  pgm.dropIndex('t', ['a', (b)], { name: \"i\" }); // )\n}",
  ];
  const statement = fc.tuple(
    mutations(calls),
    fc.constantFrom(...corpus()),
    fc.integer({ min: 1, max: 4 }),
    fc.integer({ min: 1, max: 9 }),
  );
  await fc.assert(
    fc.asyncProperty(statement, async ([source, sql, line, column]) => {
      const place = { file: 'migrations/001_a.ts', line, column };
      const script = { kind: 'statements', statements: [{ sql, place }], transactional: true } as const;
      const subject: Subject = {
        name: '001_a',
        file: place.file,
        up: script,
        down: script,
        sources: new Map([[place.file, source]]),
      };
      const { findings } = await judge([subject], { facts: NO_FACTS, levels: everyRule });
      const { fixes, left } = await fixesFor([subject], findings, NO_FACTS);
      expect(fixes.flatMap((one) => one.mended).length + left.length).toBeLessThanOrEqual(findings.length);
    }),
    { numRuns: 500 },
  );
}, 120_000);

test('10,000 statements of one migration, and 2,000 migrations, are judged to the last', async () => {
  const many = Array.from(
    { length: 5000 },
    (_, n) => `ALTER TABLE t${n} ADD COLUMN a int; UPDATE t${n} SET a = 1 WHERE id = ${n}`,
  );
  const one = await judge([subjectOf(`${many.join('; ')}; CREATE INDEX i ON t1 (a)`)], {
    facts: NO_FACTS,
    levels: { 'work-under-lock': 'off' },
  });
  expect(one.statements).toBe(10_002);
  expect(one.findings.map(({ subject }) => subject)).toEqual(['i']);
  const all = Array.from({ length: 2000 }, (_, n) =>
    subjectOf(
      `CREATE TABLE t${n} (id int, u int REFERENCES t${n}); CREATE INDEX ON t${n} (u)`,
      `DROP TABLE t${n}`,
      `${n}_a`,
    ),
  );
  const verdict = await judge([...all, subjectOf('ALTER TABLE t7 DROP COLUMN u', 'SELECT 1', '9999_b')], {
    facts: NO_FACTS,
    levels: {},
  });
  expect(verdict.findings.map(({ code }) => code)).toEqual(['lint/drop-column']);
}, 120_000);
