/** The pipelines of examples/ci, and the one that init writes, call commands and flags that exist. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { GLOBAL_FLAGS, leaves } from '../../src/commands/cards.ts';
import { WORKFLOW } from '../../src/commands/init-files.ts';
import { withTestDatabase } from '../support/database.ts';
import { project, strata } from '../support/project.ts';

const FOLDER = 'examples/ci';
const PIPELINES: readonly (readonly [string, string])[] = [
  ...readdirSync(FOLDER).map((file) => [file, readFileSync(join(FOLDER, file), 'utf8')] as const),
  ['the workflow of init', WORKFLOW],
];

test('all three kinds are there', () => {
  expect(readdirSync(FOLDER).sort()).toEqual(['github-actions.yml', 'gitlab-ci.yml', 'pre-commit.sh']);
});

test.each(PIPELINES)('%s calls strata as it is', (_, text) => {
  const calls = callsIn(text);
  expect(calls.length).toBeGreaterThan(0);
  expect(calls.flatMap(faults)).toEqual([]);
  // Tabs are no YAML, and a shell that cannot read the hook would let everything pass.
  expect(text).not.toContain('\t');
});

test('what does not exist would be found', () => {
  expect(['strata chekc', 'strata check --nope', 'strata check --format xml'].flatMap(faults)).toHaveLength(3);
});

test('the hook is a shell script', () => {
  execFileSync('sh', ['-n', join(FOLDER, 'pre-commit.sh')]);
});

test('the check of the workflow passes on what init has written', () =>
  withTestDatabase(async (target) => {
    const cwd = project();
    await strata(['init'], { cwd });
    for (const call of callsIn(WORKFLOW)) {
      const ran = await strata(call.split(' ').slice(1), { cwd, target });
      expect(ran, ran.stdout + ran.stderr).toMatchObject({ status: 0 });
    }
  }));

function callsIn(text: string): string[] {
  const commands = text.split('\n').filter((line) => !line.trimStart().startsWith('#'));
  return commands.flatMap((line) => /\bnpx (strata [^>|&]*)/.exec(line)?.[1]?.trim() ?? []);
}

function faults(call: string): string[] {
  const words = call.split(/\s+/).slice(1);
  const leaf = leaves().find(({ path }) => path.every((word, at) => words[at] === word));
  if (!leaf) return [`${call}: no such command`];
  const flags = [...GLOBAL_FLAGS, ...(leaf.card.flags ?? [])];
  return words.flatMap((word, at) => {
    if (!word.startsWith('--')) return [];
    const flag = flags.find(({ name }) => `--${name}` === word);
    if (!flag) return [`${call}: no flag ${word}`];
    const value = words[at + 1] ?? '';
    return flag.choices && !flag.choices.includes(value) ? [`${call}: no ${word} ${value}`] : [];
  });
}
