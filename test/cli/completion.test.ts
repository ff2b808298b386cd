/** The completion scripts, run by the shells that are at hand; every one is complete by its cards. */
import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { CARDS, leaves } from '../../src/commands/cards.ts';
import { SHELLS, type Shell } from '../../src/commands/shells.ts';

const script = (shell: Shell) => SHELLS[shell](CARDS);

/** What bash offers for a line whose last word is being typed. */
function bash(...words: string[]): string[] {
  const list = words.map((word) => `'${word}'`).join(' ');
  const body = `${script('bash')}
COMP_WORDS=(strata ${list}); COMP_CWORD=${words.length}; COMPREPLY=(); _strata; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const ran = spawnSync('bash', ['--norc', '-c', body], { encoding: 'utf8' });
  expect(ran.stderr).toBe('');
  return ran.stdout.split('\n').filter(Boolean);
}

describe('bash', () => {
  test('commands', () => {
    expect(bash('')).toEqual(CARDS.filter((card) => !card.hidden).map((card) => card.name));
    expect(bash('re')).toEqual(['redo', 'repair', 'restore']);
  });

  test('subcommands, also behind flags with values', () => {
    expect(bash('backup', '')).toEqual(
      CARDS.find(({ name }) => name === 'backup')?.subcommands?.map(({ name }) => name),
    );
    expect(bash('backup', 'cr')).toEqual(['create']);
    expect(bash('--cwd', 'backup', 'db', '')).toEqual(['start', 'stop', 'url', 'psql', 'reset']);
  });

  test('flags of the command and of all', () => {
    expect(bash('up', '--st')).toEqual(['--steps', '--statement-timeout']);
    expect(bash('up', '--no')).toEqual(['--no-color']);
    expect(bash('status', '--st')).toEqual([]);
  });

  test('choices of a flag', () => {
    expect(bash('status', '--format', 's')).toEqual(['sarif']);
    expect(bash('plan', '')).toEqual(['up', 'down']);
  });
});

test.each(['bash', 'zsh', 'fish', 'powershell'] as const)('%s names every command and flag', (shell) => {
  const text = script(shell);
  for (const { path, card } of leaves().filter((leaf) => !leaf.card.hidden)) {
    for (const word of path) expect(text).toContain(word);
    for (const flag of card.flags ?? []) expect(text).toContain(flag.name);
  }
  expect(text).not.toContain('undefined');
});
