/** The README's own commands do what the README says they do. */
import { cpSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CARDS } from '../src/commands/cards.ts';
import { useDatabase } from './support/database.ts';
import { project, strata } from './support/project.ts';

const README = readFileSync('README.md', 'utf8');
const database = useDatabase();

test('the two commands are scripts of package.json', () => {
  const [, block = ''] = /```sh\n([\s\S]*?)```/.exec(README) ?? [];
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'));
  expect(block.match(/npm \w+/g)).toEqual(['npm install', 'npm start', 'npm test']);
  expect(scripts).toMatchObject({ prepare: 'node build.js', start: 'node bin/strata.js start', test: 'vitest run' });
});

test('npm start prints what the README shows, and finds everything done the second time', {
  timeout: 180_000,
}, async () => {
  const cwd = project();
  for (const folder of ['migrations', 'sql', 'seeds']) cpSync(folder, join(cwd, folder), { recursive: true });
  const target = database.target();
  const first = await strata(['start'], { cwd, target });
  expect(first.status, first.stderr).toBe(0);
  const [, shown = ''] = /<!-- start -->\n```text\n([\s\S]*?)```/.exec(README) ?? [];
  // A slow machine is told how far a step has come, too.
  const done = shape(first.stderr).filter((line) => !line.startsWith('…'));
  expect(done).toEqual(shape(shown).filter((line) => line.startsWith('✔')));
  expect(first.stdout).toMatch(/0 pending\nthe whole journey took/);
  expect(existsSync(join(cwd, 'generated/types.ts'))).toBe(true);

  const second = await strata(['start', '--json'], { cwd, target });
  expect(second.status, second.stderr).toBe(0);
  const steps: readonly { readonly title: string; readonly text: string }[] = JSON.parse(second.stdout).data.steps;
  const told = Object.fromEntries(steps.map(({ title, text }) => [title, text]));
  expect(told['apply migrations']).toContain('nothing to do');
  expect(told['load seeds']).toContain(', 0 of them new');
  expect(told['write row types']).toContain('unchanged');
});

test('every command that the README names exists', () => {
  const named = [...README.matchAll(/`strata ([a-z]+)|npx strata ([a-z]+)/g)].map(([, a, b]) => a ?? b);
  expect(named.length).toBeGreaterThan(3);
  expect(named.filter((name) => !CARDS.some((card) => card.name === name))).toEqual([]);
});

test('every file that the documents link to exists', () => {
  const pages = ['README.md', 'CONTRIBUTING.md', 'docs/architecture.md', 'docs/migrations.md', 'docs/formats.md'];
  const missing = pages.flatMap((page) => {
    const links = [...readFileSync(page, 'utf8').matchAll(/\]\(([^)#:]+)\)/g)].map(([, link = '']) => link);
    return links.filter((link) => !existsSync(join(page, '..', link))).map((link) => `${page}: ${link}`);
  });
  expect(missing).toEqual([]);
});

/** Lines without what differs from run to run: numbers, ids, names of databases and servers. */
function shape(text: string): readonly string[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) =>
      line
        .replace(/PostgreSQL .* \(/, 'PostgreSQL … (')
        .replace(/strata_scratch_\w+/, 'SCRATCH')
        .replace(/\d{8}T\d{6}Z-[0-9a-f]+/g, 'ID')
        .replace(/\d+(\.\d+)? (ms|s)\b/g, 'TIME')
        .replace(/\d+\.\d+ MiB/g, 'N MiB')
        .replace(/\d+/g, 'N'),
    );
}
