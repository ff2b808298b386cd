/** docs/client.md and docs/testing.md: each example compiles under the strictest settings, runs, and prints what the page shows. */
import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import ts from 'typescript';
import { beforeAll, expect, test } from 'vitest';
import { targetUrl } from '../../src/base/target.ts';
import { built } from '../support/build.ts';
import { useDatabase } from '../support/database.ts';
import { project, strata, write } from '../support/project.ts';

const PAGES = ['docs/client.md', 'docs/testing.md'];
/** An example, and the output that may follow it. */
const EXAMPLE = /```ts\n([\s\S]*?)```\n(?:\n```text\n([\s\S]*?)```\n)?/g;
const examples = PAGES.flatMap((page) =>
  [...readFileSync(page, 'utf8').matchAll(EXAMPLE)].map(([whole, code = '', shown], at) => {
    return { name: `${basename(page, '.md')}-${at + 1}`, page, whole, code, shown };
  }),
);

const database = useDatabase();
let root = '';

beforeAll(async () => {
  await built();
  root = project({ 'package.json': '{ "type": "module" }', 'node_modules/@types/.keep': '' });
  for (const path of ['migrations', 'sql', 'seeds', 'strata.config.json'])
    cpSync(path, join(root, path), { recursive: true });
  for (const args of [['up'], ['seed', 'reference', 'demo']]) {
    const { status, stderr } = await strata(args, { cwd: root, target: database.target() });
    expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
  }
  for (const name of ['pg', '@types/node', 'undici-types'])
    symlinkSync(resolve('node_modules', name), join(root, 'node_modules', name));
  symlinkSync(resolve('.'), join(root, 'node_modules/strata-pg'));
});

test('they compile', () => {
  write(root, Object.fromEntries(examples.map(({ name, code }) => [`${name}.ts`, code])));
  const compilerOptions = {
    ...{ strict: true, noEmit: true, skipLibCheck: true, target: 'ES2022', module: 'NodeNext', types: ['node'] },
    ...{ exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, noUnusedLocals: true },
  };
  write(root, { 'tsconfig.json': JSON.stringify({ compilerOptions, include: ['*.ts'] }) });
  const { stdout, status } = spawnSync(process.execPath, [resolve('node_modules/typescript/lib/tsc.js'), '-p', root], {
    cwd: root,
    encoding: 'utf8',
  });
  expect({ stdout, status }).toEqual({ stdout: '', status: 0 });
});

test.each(examples)('$name prints what the page shows', ({ name, page, whole, code, shown }) => {
  const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };
  write(root, { [`${name}.mjs`]: ts.transpileModule(code, { compilerOptions }).outputText });
  const url = targetUrl(database.target());
  const env = { ...process.env, DATABASE_URL: url, REPLICA_URL: url, NO_COLOR: '1' };
  const { stdout, stderr, status } = spawnSync(process.execPath, [`${name}.mjs`], { cwd: root, encoding: 'utf8', env });
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  if (shown === undefined) return;
  if (process.env.UPDATE) {
    const text = readFileSync(page, 'utf8');
    writeFileSync(
      page,
      text.replace(whole, () => whole.replace(/```text\n[\s\S]*?```/, () => `\`\`\`text\n${stdout}\`\`\``)),
    );
  } else expect(stdout).toBe(shown);
});
