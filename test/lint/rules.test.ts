/** Every rule finds its bad example and nothing in its good one; and docs/lint.md says what the rules say. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { RULES } from '../../src/lint/lint.ts';
import { lintReference, TOOLS } from './reference.ts';
import { findingsOf } from './subjects.ts';

describe.each(RULES.map((rule) => [rule.name, rule] as const))('%s', (name, rule) => {
  test('finds its bad example', async () => {
    const found = (await findingsOf(rule.bad)).filter(({ code }) => code === `lint/${name}`);
    expect(found.length).toBeGreaterThan(0);
    for (const { message, hint, subject } of found) {
      expect(message).not.toMatch(/undefined|\[object/);
      expect(hint).not.toMatch(/undefined|\[object/);
      expect(hint).toMatch(/\w+ \w+/);
      expect(subject).toMatch(/\S/);
    }
  });

  test('finds no fault with its good example, which is valid SQL', async () => {
    const codes = (await findingsOf(rule.good)).map(({ code }) => code);
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

test('every name of the tools that ours are measured by is covered by a rule, or the table says what takes its place', () => {
  const covered = new Set(RULES.flatMap(({ covers }) => covers));
  for (const [tool, names] of Object.entries(TOOLS)) {
    for (const [name, why] of Object.entries(names)) {
      expect(covered.has(`${tool}:${name}`), `${tool}:${name}`).toBe(why === null);
    }
  }
  const known = new Set(
    Object.entries(TOOLS).flatMap(([tool, names]) => Object.keys(names).map((name) => `${tool}:${name}`)),
  );
  expect([...covered].filter((name) => !known.has(name))).toEqual([]);
});

test('the tables are whole: as many names as the tools have for PostgreSQL', () => {
  const counts = Object.entries(TOOLS).map(([tool, names]) => [tool, Object.keys(names).length]);
  // 40 rules and syntax-error; 35 keys without the five for MySQL; 27 codes and the analyzer without one; E1–W14; 12 hazards.
  expect(Object.fromEntries(counts)).toEqual({
    squawk: 41,
    strong_migrations: 30,
    atlas: 28,
    eugene: 14,
    'pg-schema-diff': 12,
  });
});

test('docs/lint.md is what the rules say; if not: UPDATE=1 npx vitest run test/lint', () => {
  if (process.env.UPDATE) writeFileSync('docs/lint.md', lintReference());
  expect(readFileSync('docs/lint.md', 'utf8')).toBe(lintReference());
});
