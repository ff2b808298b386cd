/** squawk as oracle: on several hundred statements, every verdict that differs from ours is explained. */
import { readFileSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { NO_FACTS } from '../../src/lint/facts.ts';
import { judge } from '../../src/lint/judge.ts';
import { RULES } from '../../src/lint/lint.ts';
import { STABLE } from '../../src/lint/rules/column-default-volatile.ts';
import { useDatabase } from '../support/database.ts';
import { DIFFERENCES, type Difference, NOT_COMPARED } from './differences.ts';
import { SQUAWK } from './reference.ts';
import { corpus, squawkNames, squawkVerdicts, squawkVersion, type Verdicts } from './squawk.ts';
import { everyRule, subjectOf } from './subjects.ts';

/** squawk's verdicts, with its version: renewed by UPDATE=1, so that an upgrade shows what it changes. */
const GOLDEN = 'test/cases/lint/squawk.json';
const cases = corpus();
const golden = (): { readonly version: string; readonly verdicts: Verdicts } =>
  JSON.parse(readFileSync(GOLDEN, 'utf8')) as ReturnType<typeof golden>;

interface Found {
  readonly who: Difference['who'];
  readonly rule: string;
  readonly sql: string;
}

function explains(difference: Difference, { who, rule, sql }: Found): boolean {
  return difference.who === who && difference.rules.includes(rule) && difference.statements.test(sql);
}

/** Names that answer each other. */
function theirs(rule: string): readonly string[] {
  if (rule === 'syntax-error') return ['syntax-error'];
  const { covers = [] } = RULES.find(({ name }) => name === rule) ?? {};
  return covers.filter((name) => name.startsWith('squawk:')).map((name) => name.slice('squawk:'.length));
}

async function differences(sql: string, squawk: readonly string[]): Promise<readonly Found[]> {
  const { findings } = await judge([subjectOf(sql)], { facts: NO_FACTS, levels: everyRule, direction: 'up' });
  const ours = [...new Set(findings.map(({ code }) => code.replace('lint/', '')))];
  const answered = new Set(ours.flatMap(theirs));
  const missed = squawk.filter((rule) => !NOT_COMPARED.includes(rule) && !answered.has(rule));
  const more = ours.filter((rule) => theirs(rule).length > 0 && !theirs(rule).some((name) => squawk.includes(name)));
  return [
    ...missed.map((rule) => ({ who: 'squawk' as const, rule, sql })),
    ...more.map((rule) => ({ who: 'strata' as const, rule, sql })),
  ];
}

describe('the corpus', () => {
  test('has several hundred statements, each once', () => {
    expect(cases.length).toBeGreaterThan(400);
    expect(new Set(cases).size).toBe(cases.length);
  });

  test('the verdicts on file are those of the squawk that is installed; if not: UPDATE=1 npx vitest run test/lint', async () => {
    const live = { version: squawkVersion(), verdicts: await squawkVerdicts(cases) };
    if (process.env.UPDATE) writeFileSync(GOLDEN, `${JSON.stringify(live, null, 1)}\n`);
    expect(live).toEqual(golden());
  }, 60_000);

  test('the squawk that is installed has no rule that the table of names lacks', () => {
    const names = Object.keys(SQUAWK);
    expect(squawkNames(names)).toEqual({ runs: 1, unknown: [] });
    const without = names.filter((name) => name !== 'require-concurrent-reindex');
    expect(squawkNames(without).unknown).toEqual(['require-concurrent-reindex']);
  });

  test('squawk says something about every rule that is compared', () => {
    const said = new Set(Object.values(golden().verdicts).flat());
    const compared = RULES.flatMap(({ name }) => theirs(name)).filter((name) => !SILENT.includes(name));
    expect(compared.filter((name) => !said.has(name))).toEqual([]);
  });
});

/** prefer-repack: see differences.ts. The other one needs BEGIN, which a migration may not hold. */
const SILENT = ['prefer-repack', 'ban-concurrent-index-creation-in-transaction'];

describe('every difference is explained', () => {
  let found: readonly Found[] = [];
  beforeAll(async () => {
    const { verdicts } = golden();
    const all: Found[] = [];
    for (const sql of cases) all.push(...(await differences(sql, verdicts[sql] ?? [])));
    found = all;
  }, 60_000);

  test('none is left over', () => {
    const open = found.filter((one) => !DIFFERENCES.some((difference) => explains(difference, one)));
    expect(open).toEqual([]);
  });

  test('no explanation is idle, nor a rule in it', () => {
    for (const difference of DIFFERENCES) {
      for (const rule of difference.rules) {
        const needed = found.some((one) => one.rule === rule && explains(difference, one));
        expect(needed, `${difference.who} ${rule}: ${difference.why}`).toBe(true);
      }
    }
  });
});

const db = useDatabase();

test('what counts as stable in a default is so by the catalog of the server', () =>
  db.session(async (session) => {
    const rows = await session.query<{ name: string }>(
      `SELECT DISTINCT proname AS name FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace AND provolatile = 'v'
         AND proname = ANY($1)`,
      [[...STABLE]],
    );
    expect(rows).toEqual([]);
    const known = await session.query<{ name: string }>(
      "SELECT DISTINCT proname AS name FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace AND proname = ANY($1)",
      [[...STABLE]],
    );
    expect([...STABLE].filter((name) => !known.some((row) => row.name === name))).toEqual([]);
  }));
