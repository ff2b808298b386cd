/** Every rule finds its bad example and nothing in its good one; and docs/lint.md says what the rules say. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Finding } from '../../src/base/finding.ts';
import type { Script } from '../../src/base/plan.ts';
import { NO_FACTS } from '../../src/lint/facts.ts';
import { judge } from '../../src/lint/judge.ts';
import { RULES } from '../../src/lint/lint.ts';
import type { Example } from '../../src/lint/rule.ts';
import { splitScript } from '../../src/syntax/split.ts';
import { transactionNature } from '../../src/syntax/transactional.ts';
import { lintReference, SQUAWK, STRONG_MIGRATIONS } from './reference.ts';

const everyRule = Object.fromEntries(RULES.map(({ name }) => [name, 'warning' as const]));

function scriptOf(sql: string): Script {
  const { statements } = splitScript(sql);
  const place = { file: 'migrations/001_a.sql', line: 1, column: 1 };
  return {
    kind: 'statements',
    statements: statements.map((one) => ({ sql: one.sql, place })),
    transactional: !statements.some((one) => transactionNature(one).kind === 'alone'),
  };
}

async function findings(example: Example): Promise<readonly Finding[]> {
  const { up, down } = typeof example === 'string' ? { up: example, down: 'SELECT 1' } : example;
  const subject = {
    name: '001_a',
    file: 'migrations/001_a.sql',
    up: scriptOf(up),
    down: scriptOf(down),
    sources: new Map(),
  };
  return (await judge([subject], { facts: NO_FACTS, levels: everyRule })).findings;
}

describe.each(RULES.map((rule) => [rule.name, rule] as const))('%s', (name, rule) => {
  test('finds its bad example', async () => {
    const found = (await findings(rule.bad)).filter(({ code }) => code === `lint/${name}`);
    expect(found.length).toBeGreaterThan(0);
    for (const { message, hint, subject } of found) {
      expect(message).not.toMatch(/undefined|\[object/);
      expect(hint).not.toMatch(/undefined|\[object/);
      expect(hint).toMatch(/\w+ \w+/);
      expect(subject).toMatch(/\S/);
    }
  });

  test('finds no fault with its good example, which is valid SQL', async () => {
    const codes = (await findings(rule.good)).map(({ code }) => code);
    expect(codes).not.toContain(`lint/${name}`);
    expect(codes).not.toContain('lint/syntax-error');
  });

  test('its examples differ, its file has its name', () => {
    expect(rule.good).not.toEqual(rule.bad);
    expect(existsSync(`src/lint/rules/${name}.ts`)).toBe(true);
  });
});

test('every file of rules/ is on the list', () => {
  expect(readdirSync('src/lint/rules').sort()).toEqual(RULES.map(({ name }) => `${name}.ts`).sort());
});

test('every rule of squawk and strong_migrations is covered by a rule, or the table says why not', () => {
  const covered = new Set(RULES.flatMap(({ covers }) => covers));
  for (const [tool, names] of [
    ['squawk', SQUAWK],
    ['strong_migrations', STRONG_MIGRATIONS],
  ] as const) {
    for (const [name, why] of Object.entries(names)) {
      expect(covered.has(`${tool}:${name}`), `${tool}:${name}`).toBe(why === null);
    }
  }
  const known = new Set([
    ...Object.keys(SQUAWK).map((n) => `squawk:${n}`),
    ...Object.keys(STRONG_MIGRATIONS).map((n) => `strong_migrations:${n}`),
  ]);
  expect([...covered].filter((name) => !name.startsWith('atlas:') && !known.has(name))).toEqual([]);
});

test('docs/lint.md is what the rules say; if not: UPDATE=1 npx vitest run test/lint', () => {
  if (process.env.UPDATE) writeFileSync('docs/lint.md', lintReference());
  expect(readFileSync('docs/lint.md', 'utf8')).toBe(lintReference());
});
