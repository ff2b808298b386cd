/** `strata lint` as a command: what is judged, what the live database tells, what comments accept, and that it never crashes. */
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Finding, Outcome } from '../../src/base/finding.ts';
import type { LintData } from '../../src/commands/lint.ts';
import { DEFAULTS } from '../../src/config/schema.ts';
import { NO_FACTS } from '../../src/lint/facts.ts';
import { judge } from '../../src/lint/judge.ts';
import { RULES } from '../../src/lint/lint.ts';
import { type Shop, three, withShop } from '../migrate/harness.ts';
import { strata } from '../support/project.ts';

const INDEX = '-- Up Migration\nCREATE INDEX users_id ON users (id);\n-- Down Migration\nDROP INDEX users_id;\n';

async function lint(shop: Shop, options = {}, more = {}): Promise<Outcome<LintData>> {
  return (await shop.call('lint', options, more)) as Outcome<LintData>;
}

const codes = ({ findings }: Outcome): string[] => findings.map(({ code }) => code);

test('pending migrations are judged with what the database tells: new and empty tables hurt nobody', () =>
  withShop(three(), async (shop) => {
    const fresh = await lint(shop);
    expect(fresh.findings).toEqual([]);
    expect(fresh.data).toMatchObject({ files: 3, statements: 6, live: true, ignored: 0 });
    expect(fresh.data.rules).toBeGreaterThan(30);
    await shop.call('up');
    shop.write({ 'migrations/004_index.sql': INDEX });
    const empty = await lint(shop);
    expect(empty.findings).toEqual([]);
    expect(empty.data.files).toBe(1);
    await shop.query('INSERT INTO users SELECT generate_series(1, 2000); ANALYZE users');
    const filled = await lint(shop);
    expect(codes(filled)).toEqual(['lint/index-concurrently']);
    expect(filled.ok).toBe(false);
    expect(filled.findings[0]).toMatchObject({
      subject: 'users_id',
      message: '004_index (up): the build of users_id keeps writers out of users (about 2,000 rows) until it is done',
      place: { file: 'migrations/004_index.sql', line: 2, column: 1 },
    });
  }));

test('on a small table it is a note, by lint.smallRows, whatever level the rule has; what breaks applications keeps its level', () =>
  withShop(three(), async (shop) => {
    await shop.call('up');
    await shop.query('INSERT INTO users SELECT generate_series(1, 300); ANALYZE users');
    shop.write({
      'migrations/004_index.sql': INDEX,
      'migrations/005_drop.sql': '-- Up Migration\nALTER TABLE users DROP COLUMN id;\n-- Down Migration\nSELECT 1;\n',
    });
    const levels = async (more: object): Promise<unknown> => {
      const { findings } = await lint(shop, {}, { config: { lint: { ...DEFAULTS.lint, ...more } } });
      return findings.filter(({ code }) => code !== 'lint/down-loses-data').map(({ code, level }) => [code, level]);
    };
    const kept = ['lint/drop-column', 'warning'];
    expect(await levels({})).toEqual([['lint/index-concurrently', 'note'], kept]);
    expect(await levels({ rules: { 'index-concurrently': 'error' } })).toEqual([
      ['lint/index-concurrently', 'note'],
      kept,
    ]);
    expect(await levels({ smallRows: 300 })).toEqual([['lint/index-concurrently', 'error'], kept]);
    expect(await levels({ smallRows: 0 })).toEqual([['lint/index-concurrently', 'error'], kept]);
  }));

test('a table that was never analysed counts as filled when it has a row', () =>
  withShop(three(), async (shop) => {
    await shop.call('up');
    await shop.query('INSERT INTO users VALUES (1); SELECT pg_stat_reset()');
    shop.write({ 'migrations/004_index.sql': INDEX });
    expect(codes(await lint(shop))).toEqual(['lint/index-concurrently']);
  }));

test('the fingerprint does not move with the number of rows', () =>
  withShop(three(), async (shop) => {
    await shop.call('up');
    shop.write({ 'migrations/004_index.sql': INDEX });
    const prints: string[] = [];
    for (const rows of ['1, 10', '11, 5000']) {
      await shop.query(`INSERT INTO users SELECT generate_series(${rows}); ANALYZE users`);
      prints.push(...(await lint(shop)).findings.map(({ fingerprint }) => fingerprint));
    }
    expect(prints[0]).toBe(prints[1]);
    const config = { lint: { rules: {}, ignore: prints.slice(0, 1).map((print) => `${print}: reviewed`) } };
    const accepted = await lint(shop, {}, { config });
    expect(accepted.ok).toBe(true);
    expect(accepted.data.ignored).toBe(1);
    expect(accepted.findings).toEqual([]);
    const bare = await lint(shop, {}, { config: { lint: { rules: {}, ignore: prints.slice(0, 1) } } });
    expect(bare.findings).toMatchObject([{ code: 'lint/ignore-unreasoned', level: 'warning', subject: prints[0] }]);
    const more = { lint: { rules: {}, ignore: [...config.lint.ignore, '0123456789abcdef: gone since release 7'] } };
    const all = await lint(shop, { offline: true }, { config: more });
    // Only where every migration was judged is it known that nothing needs one.
    expect(all.findings.filter(({ code }) => code === 'lint/ignore-unused')).toMatchObject([
      { level: 'note', subject: '0123456789abcdef' },
    ]);
    expect((await lint(shop, {}, { config: more })).findings).toEqual([]);
  }));

test('a valid CHECK makes SET NOT NULL free, a wider varchar costs nothing, a partitioned table takes no concurrent index', () =>
  withShop(three(), async (shop) => {
    await shop.call('up');
    await shop.query(
      `ALTER TABLE users ADD COLUMN name varchar(10), ADD COLUMN nick text, ADD COLUMN age int,
         ADD CONSTRAINT there CHECK (name IS NOT NULL) NOT VALID;
       INSERT INTO users (id, name) VALUES (1, 'a');
       CREATE TABLE logs (at timestamptz) PARTITION BY RANGE (at)`,
    );
    const later = (sql: string) =>
      shop.write({ 'migrations/004_later.sql': `-- Up Migration\n${sql};\n-- Down Migration\nSELECT 1;\n` });
    later('ALTER TABLE users ALTER name SET NOT NULL');
    expect(codes(await lint(shop))).toEqual(['lint/set-not-null']);
    await shop.query('ALTER TABLE users VALIDATE CONSTRAINT there');
    expect(codes(await lint(shop))).toEqual([]);
    later('ALTER TABLE users ALTER nick TYPE varchar(10)');
    expect(codes(await lint(shop))).toEqual(['lint/column-type']);
    later('ALTER TABLE users ALTER age TYPE bigint');
    expect(codes(await lint(shop))).toEqual(['lint/column-type']);
    later('ALTER TABLE users ALTER name TYPE varchar(20)');
    expect(codes(await lint(shop)), 'a CHECK on the column is read again').toEqual(['lint/column-type']);
    await shop.query('ALTER TABLE users DROP CONSTRAINT there');
    expect(codes(await lint(shop))).toEqual([]);
    later('CREATE INDEX CONCURRENTLY logs_at ON logs (at)');
    expect(codes(await lint(shop))).toEqual(['lint/concurrently-partitioned']);
  }));

test.each([
  ['percentage IS NOT NULL', true],
  ['percentage IS NOT NULL OR age IS NOT NULL', true],
  ['NOT (age IS NOT NULL)', true],
  ["age IS NOT NULL OR name = 'age IS NOT NULL'", true],
  ['age > 0 AND (percentage > 0 AND age IS NOT NULL)', false],
  ['"age" IS NOT NULL', false],
])('SET NOT NULL of age after CHECK (%s): a finding is %s', (check, found) =>
  withShop(three(), async (shop) => {
    await shop.call('up');
    await shop.query('ALTER TABLE users ADD age int, ADD percentage int, ADD name text; INSERT INTO users VALUES (1)');
    const then = 'ALTER TABLE users ALTER age SET NOT NULL';
    const add = `ALTER TABLE users ADD CONSTRAINT c CHECK (${check})`;
    shop.write({ 'migrations/004_a.sql': `-- Up Migration\n${add};\n${then};\n-- Down Migration\nSELECT 1;\n` });
    const expected = found ? ['lint/set-not-null'] : [];
    expect(codes(await lint(shop, { offline: true })).filter((code) => code === 'lint/set-not-null')).toEqual(expected);
    await shop.query(`TRUNCATE users; ${add}`);
    await shop.query(`INSERT INTO users VALUES (1, ${found && check.startsWith('NOT') ? 'NULL' : '1'}, 1, 'x')`);
    shop.write({ 'migrations/004_a.sql': `-- Up Migration\n${then};\n-- Down Migration\nSELECT 1;\n` });
    expect(codes(await lint(shop))).toEqual(expected);
  }),
);

test('a NOT NULL that earlier migrations of the same run prove is free', () =>
  withShop(
    {
      'migrations/001_a.sql':
        '-- Up Migration\nALTER TABLE users ADD CONSTRAINT c CHECK (name IS NOT NULL) NOT VALID;\n-- Down Migration\nSELECT 1;\n',
      'migrations/002_b.sql':
        '-- Up Migration\nALTER TABLE users VALIDATE CONSTRAINT c;\n-- Down Migration\nSELECT 1;\n',
      'migrations/003_c.sql':
        '-- Up Migration\nALTER TABLE users ALTER name SET NOT NULL;\n-- Down Migration\nSELECT 1;\n',
    },
    async (shop) => expect(codes(await lint(shop, { offline: true }))).toEqual([]),
  ));

test('comments accept a finding with a reason, in SQL and TypeScript; bad and unused ones are told', () =>
  withShop(
    {
      'migrations/001_a.sql': `-- Up Migration
-- strata-lint-ignore index-concurrently: nobody writes to users at night
CREATE INDEX a ON users (id);
-- strata-lint-ignore index-concurrently
CREATE INDEX b ON users (id);
CREATE INDEX c ON users (id); -- strata-lint-ignore no-such-rule: because
-- Down Migration
DROP INDEX a, b, c;
`,
      'migrations/002_b.ts': `// strata-lint-ignore-file drop-column: unused since May
export const up = (pgm) => {
  pgm.dropColumn('users', 'nick');
  // strata-lint-ignore rename: nothing here is renamed
  pgm.addColumn('users', { nick: { type: 'text' } });
};
export const down = false;
`,
    },
    async (shop) => {
      const outcome = await lint(shop, { offline: true });
      expect(outcome.findings.map(({ code, place }) => [code, place?.file.slice(11), place?.line])).toEqual([
        ['lint/index-concurrently', '001_a.sql', 5],
        ['lint/index-concurrently', '001_a.sql', 6],
        ['lint/ignore-unreasoned', '001_a.sql', 4],
        ['lint/ignore-unknown', '001_a.sql', 6],
        ['lint/ignore-unused', '002_b.ts', 4],
      ]);
      expect(outcome.data.ignored).toBe(2);
    },
  ));

test('builder calls are judged at their TypeScript line, both directions', () =>
  withShop(
    {
      'migrations/001_a.ts': `export const up = (pgm) => {
  pgm.createIndex('users', 'email');
};
export const down = (pgm) => {
  pgm.dropIndex('users', 'email');
  pgm.dropTable('orders');
};
`,
    },
    async (shop) => {
      const { findings } = await lint(shop, { offline: true });
      expect(findings.map(({ code, place }) => [code, place?.line])).toEqual([
        ['lint/index-concurrently', 2],
        ['lint/down-loses-data', 6],
      ]);
    },
  ));

test('one statement that cannot be parsed does not keep the others from being judged', () =>
  withShop(
    {
      'migrations/001_a.sql':
        '-- Up Migration\nCREATE TABEL x ();\nCREATE INDEX a ON users (id);\n-- Down Migration\nDROP TABLE x;\n',
    },
    async (shop) => {
      const { findings } = await lint(shop, { offline: true });
      expect(findings.map(({ code }) => code)).toEqual([
        'lint/syntax-error',
        'lint/index-concurrently',
        'lint/down-loses-data',
      ]);
      expect(findings[0]).toMatchObject({ message: '001_a (up): syntax error at or near "TABEL"', place: { line: 2 } });
    },
  ));

test('a file that does not compile is told with its place and caret, and the others are judged', () =>
  withShop(
    {
      'migrations/001_a.sql': "-- Up Migration\nINSERT INTO t VALUES ('open);\n",
      'migrations/002_b.ts': 'export const up = () => {\n  throw new Error("no");\n};\n',
      'migrations/003_index.sql': INDEX,
    },
    async (shop) => {
      const outcome = await lint(shop, { offline: true });
      expect(outcome.findings.map(({ code, place }) => [code, place?.file, place?.line, place?.column])).toEqual([
        ['lint/not-compiled', 'migrations/001_a.sql', 2, 23],
        ['lint/not-compiled', 'migrations/002_b.ts', 2, expect.any(Number)],
        ['lint/index-concurrently', 'migrations/003_index.sql', 2, 1],
      ]);
      expect(outcome.findings[0]?.hint).toContain('^');
      expect(outcome.data.files).toBe(3);
    },
  ));

test('opaque migrations are named; nothing judged at all is a fault, nothing pending is not', () =>
  withShop({ 'migrations/.keep': '' }, async (shop) => {
    expect((await lint(shop)).findings[0]).toMatchObject({ code: 'lint/nothing', level: 'error' });
    shop.write({
      'migrations/001_a.ts':
        "export const up = async (pgm) => { await pgm.db.query('SELECT 1'); };\nexport const down = false;\n",
    });
    const opaque = await lint(shop);
    expect(codes(opaque)).toEqual(['lint/nothing', 'lint/opaque']);
    expect(opaque.ok).toBe(false);
    await shop.call('up');
    const done = await lint(shop);
    expect(done.findings).toMatchObject([
      { code: 'lint/nothing', level: 'note', hint: expect.stringContaining('--all') },
    ]);
    expect(done.ok).toBe(true);
  }));

test('files are named by path, version or name; levels come from the configuration', () =>
  withShop({ ...three(), 'migrations/004_index.sql': INDEX }, async (shop) => {
    for (const name of ['migrations/004_index.sql', join(shop.root, 'migrations/004_index.sql'), '004', '004_index']) {
      const outcome = await lint(shop, { args: [name], offline: true });
      expect(outcome.data.files, name).toBe(1);
      expect(codes(outcome), name).toEqual(['lint/index-concurrently']);
    }
    const error = await shop.fails('lint', { args: ['migrations/nothing.sql'] });
    expect(error.code).toBe('USAGE');
    expect(error.more.hint).toContain('strata lint migrations/004_index.sql');
    const rules = { 'index-concurrently': 'note', 'prefer-bigint': 'warning', 'no-rule': 'off' } as const;
    const outcome = await lint(shop, { offline: true }, { config: { lint: { rules, ignore: [] } } });
    expect(new Set(outcome.findings.map(({ code, level }) => `${code} ${level}`))).toEqual(
      new Set(['lint/rule-unknown error', 'lint/prefer-bigint warning', 'lint/index-concurrently note']),
    );
  }));

test('--all judges what is applied by its text, since the database is ahead of it', () =>
  withShop({ ...three(), 'migrations/004_index.sql': INDEX }, async (shop) => {
    await shop.call('up');
    const outcome = await lint(shop, { all: true });
    expect(outcome.data.files).toBe(4);
    expect(codes(outcome)).toEqual(['lint/index-concurrently']);
  }));

test('the marketplace is clean or says why not, in SARIF as well', async () => {
  const { status, stdout } = await strata(['lint', '--offline', '--json']);
  const { findings, data } = JSON.parse(stdout) as { findings: Finding[]; data: LintData };
  expect(findings).toEqual([]);
  expect(data.statements).toBeGreaterThan(1000);
  expect(status).toBe(0);
  const sarif = await strata(['lint', '--offline', '--format', 'sarif']);
  expect(JSON.parse(sarif.stdout).version).toBe('2.1.0');
});

test('no mutation of any example makes a rule throw', async () => {
  const levels = Object.fromEntries(RULES.map(({ name }) => [name, 'warning' as const]));
  const examples = RULES.flatMap(({ bad, good }) => [bad, good]).flatMap((one) =>
    typeof one === 'string' ? one.split('; ') : [one.up, one.down],
  );
  const words = examples.flatMap((example) => example.split(/\b/));
  const mutated = fc
    .tuple(
      fc.constantFrom(...examples),
      fc.array(fc.tuple(fc.nat(30), fc.constantFrom(...words, '', "'", '"', '(', ')', '$$', ';'))),
    )
    .map(([text, changes]) => {
      const parts = text.split(/\b/);
      for (const [at, word] of changes) parts[at % parts.length] = word;
      return parts.join('');
    });
  await fc.assert(
    fc.asyncProperty(mutated, async (sql) => {
      const place = { file: 'a.sql', line: 1, column: 1 };
      const script = { kind: 'statements', statements: [{ sql, place }], transactional: true } as const;
      const subject = { name: 'a', file: 'a.sql', up: script, down: script, sources: new Map() };
      const { statements } = await judge([subject], { facts: NO_FACTS, levels });
      expect(statements).toBe(2);
    }),
    { numRuns: 1000 },
  );
}, 30_000);
