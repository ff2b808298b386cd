/** One outcome in every format, each held against its own rules. */
import { createRequire } from 'node:module';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { describe, expect, test } from 'vitest';
import { finding, type Outcome, outcome } from '../../src/base/finding.ts';
import { compileSchema } from '../../src/base/validate.ts';
import { type MarkdownOptions, markdownReport } from '../../src/report/markdown.ts';
import { render } from '../../src/report/render.ts';
import { FORMATS, type Format, type Report } from '../../src/report/report.ts';
import { cut, displayWidth } from '../../src/report/width.ts';

const NASTY = 'a<b>&"c" \u0007 100%\nsecond, line: postgresql://u:hunter2@h/d of ann.lee@example.org';

const FINDINGS = [
  finding({ code: 'verify/note', level: 'note', subject: 'n', message: 'only a note' }),
  finding({
    code: 'verify/checksum-changed',
    level: 'error',
    subject: '007_x',
    message: NASTY,
    hint: 'Run: strata repair 007',
    place: { file: 'migrations/007 x.sql', line: 3, column: 9 },
  }),
  finding({ code: 'lint/slow', level: 'warning', subject: 'public.t', message: 'locks' }),
];

const OUTCOME: Outcome = outcome(
  { rows: 3n },
  [
    {
      kind: 'table',
      head: ['name', 'state'],
      rows: [
        ['日本', { text: 'applied', tone: 'good' }],
        ['b\nc', 'pending'],
      ],
    },
    { kind: 'text', text: 'two migrations', tone: 'quiet' },
    { kind: 'verbatim', text: 'SELECT 1;' },
  ],
  FINDINGS,
);

const print = (
  format: Format,
  some: Outcome = OUTCOME,
  style = { color: false, width: undefined as number | undefined },
) => render(format, { version: '1.2.3', command: 'verify', outcome: some } satisfies Report, style);

test('no format prints a password or an address', async () => {
  const texts = [...(await Promise.all(FORMATS.map((format) => print(format)))), markdown()];
  for (const text of texts) {
    expect(text.replaceAll('\\*', '*')).toContain('postgresql://u:***@h/d of a***@example.org');
    expect(text).not.toMatch(/hunter2|ann\.lee/);
  }
});

describe('table', () => {
  test('columns by display width, errors first, the sum last', async () => {
    const lines = (await print('table')).split('\n');
    expect(lines.slice(0, 5)).toEqual(['name  state', '日本  applied', 'b⏎c   pending', 'two migrations', 'SELECT 1;']);
    expect(lines.filter((line) => /^[✖▲●]/.test(line)).map((line) => line[0])).toEqual(['✖', '▲', '●']);
    expect(lines).toContain('  migrations/007 x.sql:3:9  verify/checksum-changed');
    expect(lines).toContain('  → Run: strata repair 007');
    expect(lines.slice(-2)).toEqual(['1 error, 1 warning, 1 note', '']);
  });

  test('colour only when asked', async () => {
    expect(await print('table')).not.toContain('\u001b');
    expect(await print('table', OUTCOME, { color: true, width: 80 })).toContain('\u001b[32mapplied');
  });

  test('a terminal gets what fits, a file gets everything', async () => {
    const wide = outcome(null, [{ kind: 'table', head: ['a', 'b'], rows: [['x'.repeat(50), 'y'.repeat(90)]] }]);
    const narrow = (await print('table', wide, { color: false, width: 60 })).split('\n');
    expect(Math.max(...narrow.map(displayWidth))).toBeLessThanOrEqual(60);
    expect(narrow[1]).toContain('…');
    expect(await print('table', wide)).toContain('y'.repeat(90));
    expect(cut('日本語', 5)).toBe('日本…');
  });
});

test('json is one object of the promised shape', async () => {
  const text = await print('json');
  expect(text.trim().split('\n')).toHaveLength(1);
  const value: unknown = JSON.parse(text);
  expect(compileSchema(JSON_SHAPE)(value)).toEqual([]);
  expect(value).toMatchObject({ strata: '1.2.3', command: 'verify', ok: false, data: { rows: '3' } });
});

const STRING = { type: 'string' };
const JSON_SHAPE = {
  type: 'object',
  required: ['strata', 'command', 'ok', 'findings', 'data'],
  additionalProperties: false,
  properties: {
    strata: STRING,
    command: STRING,
    ok: { type: 'boolean' },
    data: {},
    findings: {
      type: 'array',
      items: {
        type: 'object',
        required: ['code', 'level', 'subject', 'message', 'fingerprint'],
        additionalProperties: false,
        properties: {
          code: { type: 'string', pattern: '^[a-z]+/[A-Za-z_-]+$' },
          level: { enum: ['error', 'warning', 'note'] },
          subject: STRING,
          message: STRING,
          hint: STRING,
          fingerprint: { type: 'string', pattern: '^[0-9a-f]{16}$' },
          place: {
            type: 'object',
            required: ['file', 'line', 'column'],
            additionalProperties: false,
            properties: {
              file: STRING,
              line: { type: 'integer', minimum: 1 },
              column: { type: 'integer', minimum: 1 },
            },
          },
        },
      },
    },
  },
};

describe('junit', () => {
  test('is well-formed, and counts what it holds', async () => {
    const text = await print('junit');
    expect(elements(text)).toEqual(
      ['testsuites', 'testsuite', ...Array(3).fill('testcase'), 'failure', ...Array(2).fill('system-out')].sort(),
    );
    expect(text).toContain('<testsuites name="strata" tests="3" failures="1">');
    expect(text).toContain('a&lt;b&gt;&amp;&quot;c&quot; \ufffd');
  });

  test('nothing found is a test that passed, never an empty suite', async () => {
    const text = await print('junit', outcome(null, []));
    expect(elements(text)).toEqual(['testcase', 'testsuite', 'testsuites']);
    expect(text).toContain('tests="1" failures="0"');
  });
});

/** Names of all elements; throws unless every one is closed in order and nothing is left unescaped. */
function elements(xml: string): string[] {
  const names: string[] = [];
  const open: string[] = [];
  const body = xml.replace(/^<\?xml [^>]*\?>\n/, '');
  const rest = body.replace(/<(\/?)([a-z-]+)((?: [a-z]+="[^"<]*")*)(\/?)>/g, (_, close, name: string, __, self) => {
    if (close) expect(open.pop()).toBe(name);
    else names.push(name);
    if (!close && !self) open.push(name);
    return '';
  });
  expect(open).toEqual([]);
  expect(rest).not.toMatch(/[<>]|&(?!(?:amp|lt|gt|quot);)|[\u0000-\u0008]/);
  return names.sort();
}

/** The official schema, as the authors of the format hand it out in @microsoft/jest-sarif; draft-04, whose `id` ajv no longer takes. */
function sarifSchema(): object {
  const require = createRequire(import.meta.url);
  const { $schema, id, ...schema } = require('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json');
  return schema;
}

function sarifFaults(value: unknown): unknown[] {
  const ajv = new Ajv2020({ strict: false, allErrors: true, unicodeRegExp: false });
  addFormats.default(ajv);
  const validate = ajv.compile(sarifSchema());
  return validate(value) ? [] : [...(validate.errors ?? [])];
}

describe('sarif', () => {
  test('is valid by the official schema of 2.1.0', async () => {
    const value: unknown = JSON.parse(await print('sarif'));
    expect(sarifFaults(value)).toEqual([]);
    const { runs } = value as {
      runs: { results: { ruleId: string; ruleIndex: number }[]; tool: { driver: { rules: { id: string }[] } } }[];
    };
    const [run] = runs;
    for (const one of run?.results ?? []) expect(run?.tool.driver.rules[one.ruleIndex]?.id).toBe(one.ruleId);
    expect(JSON.stringify(value)).toContain('"uri":"migrations/007%20x.sql"');
  });

  test('nothing found is an empty list of results', async () => {
    expect(sarifFaults(JSON.parse(await print('sarif', outcome(null, []))))).toEqual([]);
  });

  test('the schema would find what is wrong', () => {
    const wrong = { version: '2.1.0', runs: [{ tool: { driver: {} }, results: [{ level: 'fatal' }] }] };
    expect(sarifFaults(wrong).length).toBeGreaterThan(2);
  });
});

test('github: one escaped line a finding', async () => {
  const lines = (await print('github')).trimEnd().split('\n');
  expect(lines).toHaveLength(9);
  expect(lines[1]).toMatch(
    /^::error file=migrations\/007 x\.sql,line=3,col=9,title=verify\/checksum-changed::007_x: a<b>/,
  );
  expect(lines[1]).toContain('100%25%0Asecond, line');
  expect(lines[0]).toBe('::notice title=verify/note::n: only a note');
  expect(lines.slice(3)).toEqual([
    'name  state',
    '日本  applied',
    'b⏎c   pending',
    'two migrations',
    'SELECT 1;',
    'strata verify: 3 findings, 1 of them errors',
  ]);
});

test('github: no line of the log is a command', async () => {
  const text = '::error::not mine\n  ::stop-commands::x\nfine';
  const lines = (await print('github', outcome(null, [{ kind: 'verbatim', text }]))).split('\n');
  expect(lines.filter((line) => line.trimStart().startsWith('::'))).toEqual([]);
});

test('gitlab: a Code Quality report, each fingerprint once', async () => {
  const [first] = FINDINGS;
  if (!first) throw new Error('no finding');
  const issues: unknown = JSON.parse(await print('gitlab', outcome(null, [], [...FINDINGS, first])));
  expect(compileSchema(CODE_QUALITY)(issues)).toEqual([]);
  expect(issues).toMatchObject([
    { severity: 'info' },
    { severity: 'critical', location: { path: 'migrations/007 x.sql', lines: { begin: 3 } } },
    { severity: 'minor' },
  ]);
  expect(JSON.parse(await print('gitlab', outcome(null, [])))).toEqual([]);
});

/** What GitLab's documentation of the Code Quality report format demands. */
const CODE_QUALITY = {
  type: 'array',
  items: {
    type: 'object',
    required: ['description', 'check_name', 'fingerprint', 'location', 'severity'],
    additionalProperties: false,
    properties: {
      description: STRING,
      check_name: STRING,
      fingerprint: STRING,
      severity: { enum: ['info', 'minor', 'major', 'critical', 'blocker'] },
      location: {
        type: 'object',
        required: ['path', 'lines'],
        properties: {
          path: STRING,
          lines: { type: 'object', required: ['begin'], properties: { begin: { type: 'integer' } } },
        },
      },
    },
  },
};

function markdown(options: MarkdownOptions = { files: null }, some: Outcome = OUTCOME): string {
  return markdownReport({ version: '1.2.3', command: 'verify', outcome: some }, options);
}

describe('job summary', () => {
  test('what was judged, then findings, errors first, with links to lines', () => {
    const lines = markdown({ files: 'https://github.com/o/r/blob/abc' }).split('\n');
    expect(lines[0]).toBe('## ❌ strata verify: 1 error, 1 warning, 1 note');
    expect(lines).toContain('| name | state |');
    expect(lines).toContain('| 日本 | applied |');
    const rows = lines.filter((line) => /^\| [❌⚠ℹ]/u.test(line));
    expect(rows).toHaveLength(3);
    expect(rows[0]).toContain('[migrations/007 x.sql:3](https://github.com/o/r/blob/abc/migrations/007%20x.sql#L3)');
    expect(rows[0]).toContain('Run: strata repair 007');
    expect(
      markdown()
        .split('\n')
        .some((line) => line.includes('| migrations/007 x.sql:3 |')),
    ).toBe(true);
  });

  test('text is neither HTML nor Markdown, and a cell is one line', () => {
    const evil = finding({ code: 'a/b', level: 'error', subject: '|x|', message: '<img src=x> **b**\n# h ```' });
    const row = markdown({ files: null }, outcome(null, [], [evil]))
      .split('\n')
      .find((line) => line.startsWith('| ❌'));
    expect(row).toContain('\\|x\\|');
    expect(row).toContain('&lt;img src=x&gt; \\*\\*b\\*\\*<br>\\# h \\`\\`\\`');
  });

  test('stays below the size that GitHub cuts, and says what is left out', () => {
    const many = Array.from({ length: 5000 }, (_, n) =>
      finding({ code: 'a/b', level: 'note', subject: String(n), message: 'x'.repeat(5000) }),
    );
    const text = markdown(
      { files: null },
      outcome(null, [{ kind: 'verbatim', text: 'SELECT 1;\n'.repeat(1e5) }], many),
    );
    expect(text.length).toBeLessThan(900_000);
    expect(text).toContain('and 4800 more');
  });

  test('nothing found is said', () => {
    expect(markdown({ files: null }, outcome(null, []))).toBe('## ✅ strata verify: nothing found\n');
  });
});
