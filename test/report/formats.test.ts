/** One outcome in five formats, each held against its own rules. */
import { describe, expect, test } from 'vitest';
import { finding, type Outcome, outcome } from '../../src/base/finding.ts';
import { compileSchema } from '../../src/base/validate.ts';
import { render } from '../../src/report/render.ts';
import type { Format, Report } from '../../src/report/report.ts';
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
  for (const format of ['table', 'json', 'junit', 'sarif', 'github'] as const) {
    const text = await print(format);
    expect(text).toContain('postgresql://u:***@h/d of a***@example.org');
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

describe('sarif', () => {
  test('has the structure of 2.1.0', async () => {
    const value: unknown = JSON.parse(await print('sarif'));
    expect(compileSchema(SARIF_SHAPE)(value)).toEqual([]);
    const { runs } = value as {
      runs: { results: { ruleId: string; ruleIndex: number }[]; tool: { driver: { rules: { id: string }[] } } }[];
    };
    const [run] = runs;
    for (const one of run?.results ?? []) expect(run?.tool.driver.rules[one.ruleIndex]?.id).toBe(one.ruleId);
    expect(JSON.stringify(value)).toContain('"uri":"migrations/007%20x.sql"');
  });

  test('nothing found is an empty list of results', async () => {
    const value: unknown = JSON.parse(await print('sarif', outcome(null, [])));
    expect(compileSchema(SARIF_SHAPE)(value)).toEqual([]);
  });
});

/** What https://json.schemastore.org/sarif-2.1.0.json demands of the parts that we write. */
const object = (required: readonly string[], properties: object) => ({
  type: 'object',
  required,
  additionalProperties: false,
  properties,
});
const SARIF_SHAPE = object(['$schema', 'version', 'runs'], {
  $schema: STRING,
  version: { const: '2.1.0' },
  runs: {
    type: 'array',
    items: object(['tool', 'results', 'columnKind'], {
      columnKind: { const: 'utf16CodeUnits' },
      tool: object(['driver'], {
        driver: object(['name'], {
          name: STRING,
          semanticVersion: { type: 'string', pattern: '^\\d+\\.\\d+\\.\\d+' },
          rules: { type: 'array', uniqueItems: true, items: object(['id'], { id: STRING }) },
        }),
      }),
      results: {
        type: 'array',
        items: object(['message', 'ruleId'], {
          ruleId: STRING,
          ruleIndex: { type: 'integer', minimum: -1 },
          level: { enum: ['none', 'note', 'warning', 'error'] },
          message: object(['text'], { text: STRING }),
          partialFingerprints: { type: 'object', additionalProperties: STRING },
          locations: {
            type: 'array',
            items: object([], {
              logicalLocations: { type: 'array', items: object([], { fullyQualifiedName: STRING }) },
              physicalLocation: object(['artifactLocation'], {
                artifactLocation: object([], { uri: { type: 'string', format: 'uri-reference' } }),
                region: object([], {
                  startLine: { type: 'integer', minimum: 1 },
                  startColumn: { type: 'integer', minimum: 1 },
                }),
              }),
            }),
          },
        }),
      },
    }),
  },
});

test('github: one escaped line a finding', async () => {
  const lines = (await print('github')).trimEnd().split('\n');
  expect(lines).toHaveLength(4);
  expect(lines[1]).toMatch(
    /^::error file=migrations\/007 x\.sql,line=3,col=9,title=verify\/checksum-changed::007_x: a<b>/,
  );
  expect(lines[1]).toContain('100%25%0Asecond, line');
  expect(lines[0]).toBe('::notice title=verify/note::n: only a note');
  expect(lines[3]).toBe('strata verify: 3 findings, 1 of them errors');
});
