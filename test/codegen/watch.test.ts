/** `strata types --watch`: writes when the schema, the configuration or a JSON Schema changes, survives what fails, and ends. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { type Target, targetUrl } from '../../src/base/target.ts';
import { built } from '../support/build.ts';
import { useDatabase } from '../support/database.ts';
import { project, strata } from '../support/project.ts';

const database = useDatabase();
const running: ChildProcess[] = [];
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
});

interface Watching {
  readonly root: string;
  readonly text: () => string;
  readonly said: () => string;
  /** Sends the signal and waits; gives the exit status. */
  readonly end: (signal: NodeJS.Signals) => Promise<number | null>;
}

async function watching(
  files: Readonly<Record<string, string>>,
  target: Target | null,
  ...args: string[]
): Promise<Watching> {
  await built();
  const root = project(files);
  const env = { ...process.env, NO_COLOR: '1', ...(target ? { DATABASE_URL: targetUrl(target) } : {}) };
  const child = spawn(process.execPath, [resolve('bin/strata.js'), 'types', '--watch', ...args], { cwd: root, env });
  running.push(child);
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const ended = new Promise<number | null>((done) => child.on('close', (status) => done(status)));
  return {
    root,
    text: () => (existsSync(join(root, 'types.ts')) ? readFileSync(join(root, 'types.ts'), 'utf8') : ''),
    said: () => said,
    end(signal) {
      child.kill(signal);
      return ended;
    },
  };
}

const CONFIG = 'strata.config.json';
const config = (more: object = {}): string => JSON.stringify({ types: { out: 'types.ts', ...more } });
/** The first one may have to build. */
const LONG = { timeout: 240_000 };
const soon = { timeout: 60_000, interval: 50 };

test(
  'the schema, the configuration, a JSON Schema; what is wrong is told, and Ctrl-C ends it with 0',
  LONG,
  async () => {
    await database.session((s) => s.batch('CREATE TABLE users (id int PRIMARY KEY)'));
    const { root, text, said, end } = await watching({ [CONFIG]: config() }, database.target());
    await expect.poll(text, soon).toContain('export interface UserRow');
    await expect.poll(said, soon).toContain('types.ts, schemas.ts written');

    await database.session((s) => s.batch('ALTER TABLE users ADD name text'));
    await expect.poll(text, soon).toContain('readonly name: string | null');
    await database.session((s) => s.batch('ALTER TABLE users DROP name'));
    await expect.poll(text, soon).not.toContain('readonly name');

    writeFileSync(join(root, CONFIG), config({ brandedIds: false }));
    await expect.poll(text, soon).toContain('readonly id: number;');
    writeFileSync(join(root, CONFIG), '{');
    await expect.poll(said, soon).toContain('; still watching');
    writeFileSync(join(root, CONFIG), config());
    await expect.poll(text, soon).toContain('readonly id: UserId;');

    await database.session((s) =>
      s.batch(`ALTER TABLE users ADD d jsonb; COMMENT ON COLUMN users.d IS '@schema(d.json)'`),
    );
    await expect.poll(said, soon).toContain('public.users.d: there is no file d.json');
    writeFileSync(join(root, 'd.json'), '{ "type": "object", "properties": { "n": { "type": "integer" } } }');
    await expect.poll(text, soon).toContain('readonly n?: number;');
    writeFileSync(join(root, 'd.json'), '{ "type": "object", "properties": { "m": { "type": "integer" } } }');
    await expect.poll(text, soon).toContain('readonly m?: number;');

    expect(await end('SIGINT')).toBe(0);
  },
);

test('a configuration in TypeScript, and what it imports', LONG, async () => {
  await database.session((s) => s.batch('DROP TABLE IF EXISTS users; CREATE TABLE users (id int PRIMARY KEY)'));
  const main = (branded = 'brandedIds', more = ''): string =>
    `import { brandedIds } from './branding.ts';
    export default { types: { out: 'types.ts', brandedIds: ${branded} }${more} } as { readonly types: object };`;
  const branding = (value: string): string => `export const brandedIds: boolean = ${value};`;
  const files = { 'strata.config.ts': main(), 'branding.ts': branding('true') };
  const { root, text, said, end } = await watching(files, database.target());
  await expect.poll(text, soon).toContain('readonly id: UserId;');
  writeFileSync(join(root, 'branding.ts'), branding('false'));
  await expect.poll(text, soon).toContain('readonly id: number;');
  writeFileSync(join(root, 'strata.config.ts'), main('true', ', unknownKey: 1'));
  await expect.poll(said, soon).toContain('the configuration has a fault; still watching');
  writeFileSync(join(root, 'strata.config.ts'), main('!brandedIds'));
  await expect.poll(text, soon).toContain('readonly id: UserId;');
  writeFileSync(join(root, 'branding.ts'), branding(''));
  await expect.poll(said, soon).toMatch(/strata\.config\.ts cannot be evaluated: .*; still watching/);
  expect(await end('SIGINT')).toBe(0);
});

test.each([
  ['mjs', 'import { out } from "./out.mjs"; export default { types: { out, brandedIds: BRANDED } };'],
  ['js', 'const { out } = require("./out.js"); module.exports = { types: { out, brandedIds: BRANDED } };'],
])('a configuration in JavaScript (.%s); that its imports stay as they are is told', LONG, async (ending, code) => {
  await database.session((s) => s.batch('DROP TABLE IF EXISTS users; CREATE TABLE users (id int PRIMARY KEY)'));
  const name = `strata.config.${ending}`;
  const out = ending === 'js' ? `exports.out = 'types.ts';` : `export const out = 'types.ts';`;
  const files = { [name]: code.replace('BRANDED', 'true'), [`out.${ending}`]: out };
  const { root, text, said, end } = await watching(files, database.target());
  await expect.poll(text, soon).toContain('readonly id: UserId;');
  expect(said()).toContain(`${name} imports other files: their changes count only when this is started again`);
  for (const [branded, type] of [
    ['false', 'number'],
    ['true', 'UserId'],
  ] as const) {
    writeFileSync(join(root, name), code.replace('BRANDED', branded));
    await expect.poll(text, soon).toContain(`readonly id: ${type};`);
  }
  expect(await end('SIGINT')).toBe(0);
});

test('a session that is cut is opened again', async () => {
  await database.session((s) => s.batch('DROP TABLE IF EXISTS users; CREATE TABLE users (id int PRIMARY KEY)'));
  const { text, said, end } = await watching({ [CONFIG]: config() }, database.target());
  await expect.poll(text, soon).toContain('export interface UserRow');
  await database.session((s) =>
    s.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    ),
  );
  await expect.poll(said, soon).toContain('; still watching');
  await database.session((s) => s.batch('ALTER TABLE users ADD later int'));
  await expect.poll(text, soon).toContain('readonly later: number | null');
  expect(await end('SIGTERM')).toBe(0);
});

test('a stored Snapshot', async () => {
  await database.session((s) => s.batch('DROP TABLE IF EXISTS users; CREATE TABLE users (id int PRIMARY KEY)'));
  const snapshot = async (): Promise<string> =>
    (await strata(['snapshot'], { cwd: project(), target: database.target() })).stdout;
  const { root, text, end } = await watching(
    { [CONFIG]: config(), 's.json': await snapshot() },
    null,
    '--from',
    's.json',
  );
  await expect.poll(text, soon).toContain('export interface UserRow');
  await database.session((s) => s.batch('ALTER TABLE users ADD stored int'));
  writeFileSync(join(root, 's.json'), await snapshot());
  await expect.poll(text, soon).toContain('readonly stored: number | null');
  expect(await end('SIGINT')).toBe(0);
});

test('--check at the same time is refused', async () => {
  const { status, stderr } = await strata(['types', '--watch', '--check'], {
    cwd: project(),
    target: database.target(),
  });
  expect([status, stderr]).toEqual([2, expect.stringContaining('--watch writes and --check only compares')]);
});
