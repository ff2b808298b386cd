/** SQL as migrations that lint can judge, without a project around them. */
import type { Finding } from '../../src/base/finding.ts';
import type { Script } from '../../src/base/plan.ts';
import { NO_FACTS } from '../../src/lint/facts.ts';
import { judge } from '../../src/lint/judge.ts';
import { RULES } from '../../src/lint/lint.ts';
import type { Example } from '../../src/lint/rule.ts';
import type { Subject } from '../../src/lint/subject.ts';
import { splitScript } from '../../src/syntax/split.ts';
import { transactionNature } from '../../src/syntax/transactional.ts';

export const everyRule = Object.fromEntries(RULES.map(({ name }) => [name, 'warning' as const]));

/** As strata would run it: outside a transaction when a statement demands that. */
export function scriptOf(sql: string): Extract<Script, { kind: 'statements' }> {
  const { statements } = splitScript(sql);
  const place = { file: 'migrations/001_a.sql', line: 1, column: 1 };
  return {
    kind: 'statements',
    statements: statements.map((one) => ({ sql: one.sql, place })),
    transactional: !statements.some((one) => transactionNature(one).kind === 'alone'),
  };
}

export function subjectOf(up: string, down = 'SELECT 1', name = '001_a'): Subject {
  return { name, file: `migrations/${name}.sql`, up: scriptOf(up), down: scriptOf(down), sources: new Map() };
}

/** What all rules say about an example, whatever their own level. */
export async function findingsOf(example: Example): Promise<readonly Finding[]> {
  const { earlier, server, up, down }: Exclude<Example, string> =
    typeof example === 'string' ? { up: example, down: 'SELECT 1' } : example;
  const before = earlier === undefined ? [] : [subjectOf(earlier, 'SELECT 1', '000_a')];
  return (
    await judge([...before, subjectOf(up, down)], {
      facts: { ...NO_FACTS, serverVersion: server ?? null },
      levels: everyRule,
    })
  ).findings;
}
