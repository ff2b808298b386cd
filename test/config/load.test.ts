/** Configuration: where values come from, and every fault of them, listed at once with its place. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ToolError } from '../../src/base/errors.ts';
import { configKeys } from '../../src/config/json-schema.ts';
import { type LoadOptions, loadConfig } from '../../src/config/load.ts';
import { DEFAULTS } from '../../src/config/schema.ts';
import { project } from '../support/project.ts';

const load = async (root: string, options: Partial<LoadOptions> = {}) =>
  (await loadConfig({ root, env: {}, ...options })).config;

async function fault(work: Promise<unknown>): Promise<ToolError> {
  const thrown = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(thrown instanceof ToolError)) throw new Error(`expected a ToolError, got ${String(thrown)}`);
  return thrown;
}

const brief = (error: ToolError) => (error.more.findings ?? []).map((f) => [f.code, f.message, f.hint ?? '']);

describe('sources', () => {
  test('a folder without a file runs on the defaults, frozen', async () => {
    const config = await load(project());
    expect(config).toMatchObject({ ...DEFAULTS, file: null, environment: null, target: null });
    expect(Object.isFrozen(config.lock)).toBe(true);
  });

  const text = 'export default { migrations: "moved", lock: { wait: 5 } }';
  test.each([
    ['strata.config.ts', 'const m: string = "moved";\nexport default { migrations: m, lock: { wait: 5 } } as const;'],
    ['strata.config.mts', text],
    ['strata.config.mjs', text],
    ['strata.config.json', '{ "$schema": "x", "migrations": "moved", "lock": { "wait": 5 } }'],
    ['package.json', '{ "name": "a", "strata": { "migrations": "moved", "lock": { "wait": 5 } } }'],
  ])('%s', async (name, body) => {
    const config = await load(project({ [name]: body }));
    expect(config.migrations).toBe('moved');
    expect(config.lock).toEqual({ ...DEFAULTS.lock, wait: 5 });
    expect(config.file).toMatch(new RegExp(`${name.replaceAll('.', '\\.')}$`));
    expect(config).not.toHaveProperty('$schema');
  });

  test('strata.config.js as CommonJS and as an ES module', async () => {
    const esm = { 'package.json': '{"type":"module"}', 'strata.config.js': text };
    const cjs = { 'package.json': '{}', 'strata.config.js': 'module.exports = { migrations: "moved" }' };
    expect((await load(project(esm))).migrations).toBe('moved');
    expect((await load(project(cjs))).migrations).toBe('moved');
  });

  test('TypeScript that imports another file', async () => {
    const root = project({
      'strata.config.ts': "import { folder } from './folder.ts';\nexport default { migrations: folder };",
      'folder.ts': "export const folder: string = 'elsewhere';",
    });
    expect((await load(root)).migrations).toBe('elsewhere');
  });

  test('a package.json without the key is no configuration', async () => {
    const root = project({ 'package.json': '{"dependencies":{"strata":"1"}}' });
    expect((await load(root)).file).toBeNull();
  });

  test('file, then environment, then flags', async () => {
    const root = project({ 'strata.config.json': '{ "lock": { "wait": 1, "lease": 2000 }, "sql": "file" }' });
    const env = { STRATA_LOCK_WAIT: '2', STRATA_SQL: 'variable' };
    const config = await load(root, { env, overrides: { sql: 'flag' } });
    expect(config.lock).toEqual({ ...DEFAULTS.lock, wait: 2, lease: 2000 });
    expect(config.sql).toBe('flag');
  });

  test('every key has a variable, and every default its key', async () => {
    const kinds: Record<string, string> = {
      string: 'word',
      integer: '4321',
      boolean: 'false',
      array: 'a, b',
      object: '{}',
    };
    const special: Record<string, string> = {
      'backup.compress': 'zstd:3',
      'backup.remote.endpoint': 'https://s3.example',
      'backup.remote.retries': '9',
      'backup.remote.parallel': '7',
      'files.endpoint': 'https://files.example',
      'files.retries': '8',
      'embedded.version': '18',
    };
    for (const { variable, path, schema } of configKeys()) {
      const given = schema.enum?.at(-1) ?? special[path] ?? kinds[schema.type] ?? '';
      const config = await load(project(), { env: { [variable]: given } });
      const found = path.split('.').reduce<unknown>((here, key) => (here as Record<string, unknown>)[key], config);
      expect([path, found]).not.toEqual([path, undefined]);
      expect(String(found)).toBe(
        schema.type === 'array' ? 'a,b' : schema.type === 'object' ? '[object Object]' : given,
      );
    }
    const leaves = (value: object, above = ''): string[] =>
      Object.entries(value).flatMap(([key, member]) => {
        const plain = typeof member === 'object' && member !== null && !Array.isArray(member);
        const path = `${above}${key}`;
        return plain && !['environments', 'lint.rules', 'types.errors', 'files.buckets'].includes(path)
          ? leaves(member, `${path}.`)
          : [path];
      });
    expect(configKeys().map((key) => key.path)).toEqual(leaves(DEFAULTS));
  });

  test('STRATA_CONFIG and STRATA_ENV choose like the flags', async () => {
    const root = project({ 'other.json': '{ "environments": { "here": { "url": "postgres://a@b/c" } } }' });
    const config = await load(root, { env: { STRATA_CONFIG: 'other.json', STRATA_ENV: 'here' } });
    expect(config.target).toMatchObject({ host: 'b', user: 'a', database: 'c' });
    expect(config.environment).toBe('here');
  });
});

describe('faults', () => {
  test('all at once, with line, column and what was meant', async () => {
    const body = `{
  "migratons": "x",
  "lock": { "mode": "advisry", "wait": "60" },
  "backup": { "jobs": 0 },
  "environments": { "prod": { "confirm": true } }
}`;
    const error = await fault(load(project({ 'strata.config.json': body }), { env: { STRATA_BACKUP_JOBS: 'many' } }));
    expect([error.code, error.exit, error.message]).toEqual(['CONFIG_INVALID', 2, 'the configuration has 6 faults']);
    expect(brief(error)).toEqual(
      expect.arrayContaining([
        ['config/unknown-key', 'unknown key "migratons"', 'Did you mean "migrations"?'],
        ['config/unknown-choice', '"advisry" is not one of "advisory", "lease"', 'Did you mean "advisory"?'],
        ['config/wrong-type', 'must be integer, not string', ''],
        ['config/invalid-value', 'must be >= 1', ''],
        ['config/missing-key', 'key "url" is missing', ''],
        ['config/wrong-type', 'STRATA_BACKUP_JOBS must be a whole number', expect.stringContaining('backup.jobs')],
      ]),
    );
    const places = error.more.findings?.map((f) => f.place && [f.subject, f.place.line, f.place.column]);
    expect(places).toContainEqual(['strata.config.json#/migratons', 2, 3]);
    expect(places).toContainEqual(['strata.config.json#/lock/wait', 3, 32]);
  });

  test('the URLs of all environments, chosen or not, but for what a variable completes', async () => {
    const environments = {
      good: { url: 'postgresql://a@b/c' },
      later: { url: '${SHOP_URL}' },
      'my/sql': { url: 'mysql://a:secret@b/c' },
    };
    const error = await fault(load(project({ 'strata.config.json': JSON.stringify({ environments }) })));
    expect(error.more.findings).toMatchObject([
      { code: 'config/connection', subject: 'strata.config.json#/environments/my~1sql/url', place: { line: 1 } },
    ]);
    expect(JSON.stringify(error.more.findings)).not.toContain('secret');
  });

  test('a folder is one of the repository', async () => {
    for (const migrations of ['/srv/shop/migrations', 'C:\\shop\\migrations']) {
      const error = await fault(load(project({ 'strata.config.json': JSON.stringify({ migrations }) })));
      expect(brief(error)).toEqual([
        ['config/invalid-value', 'is an absolute path', expect.stringContaining('below the project folder')],
      ]);
    }
  });

  test('in package.json the place is that of the whole file', async () => {
    const error = await fault(load(project({ 'package.json': '{\n "strata": {\n  "sqll": "x" } }' })));
    expect(error.more.findings?.[0]?.place).toEqual({ file: 'package.json', line: 3, column: 3 });
  });

  test('broken JSON shows the line and a caret', async () => {
    const error = await fault(load(project({ 'strata.config.json': '{\n  "sql": "a",\n}' })));
    expect(error.code).toBe('CONFIG_UNREADABLE');
    expect(error.more.detail).toBe('strata.config.json:3:1\n}\n^');
  });

  test.each([
    ['throws', 'throw new Error("no disk");', 'strata.config.ts cannot be evaluated: no disk'],
    ['no default', 'export const sql = "x";', 'strata.config.ts cannot be evaluated: it has no default export'],
    ['syntax', 'export default {', 'strata.config.ts cannot be evaluated'],
  ])('a TypeScript file: %s', async (_name, body, message) => {
    const error = await fault(load(project({ 'strata.config.ts': body })));
    expect(error.code).toBe('CONFIG_UNREADABLE');
    expect(error.message).toContain(message);
  });

  test('two files, and a file that is not there', async () => {
    const two = await fault(load(project({ 'strata.config.json': '{}', 'strata.config.mjs': 'export default {}' })));
    expect(two.message).toBe('there are two configuration files: strata.config.mjs and strata.config.json');
    const none = await fault(load(project(), { file: 'nowhere.json' }));
    expect(none.message).toBe('configuration file nowhere.json does not exist');
  });

  test.each([
    ['STRATA_TYPES_BRANDED_IDS', 'perhaps', 'true or false'],
    ['STRATA_ENVIRONMENTS', '{', 'a JSON object'],
    ['STRATA_ENVIRONMENTS', '[]', 'a JSON object'],
    ['STRATA_LINT_IGNORE', '["a"', 'a list with commas, or a JSON array'],
  ])('%s=%s', async (variable, text, wanted) => {
    const error = await fault(load(project(), { env: { [variable]: text } }));
    expect(error.more.findings?.[0]?.message).toBe(`${variable} must be ${wanted}`);
  });

  test('a list whose elements hold commas is a JSON array', async () => {
    const reasons = ['f00: small, and locked at night', 'ba7: reviewed'];
    const { lint } = await load(project(), { env: { STRATA_LINT_IGNORE: JSON.stringify(reasons) } });
    expect(lint.ignore).toEqual(reasons);
    const error = await fault(load(project(), { env: { STRATA_LINT_IGNORE: '[1]' } }));
    expect(error.more.findings?.[0]?.message).toBe('must be string, not number');
  });

  test('a variable is held to the same rules as the file', async () => {
    const error = await fault(load(project(), { env: { STRATA_LOCK_MODE: 'leese' } }));
    expect(brief(error)).toEqual([
      ['config/unknown-choice', '"leese" is not one of "advisory", "lease"', 'Did you mean "lease"?'],
    ]);
  });

  test('an unknown environment, and one whose secret is missing', async () => {
    const body = '{ "environments": { "production": { "url": "postgres://u:${SECRET}@h/d" } } }';
    const root = project({ 'strata.config.json': body });
    const unknown = await fault(load(root, { environment: 'prodution' }));
    expect(brief(unknown)[0]?.slice(1)).toEqual([
      'there is no environment "prodution"',
      'Did you mean --env production?',
    ]);
    const missing = await fault(load(root, { environment: 'production' }));
    expect(brief(missing)[0]?.[1]).toMatch(/needs the variable SECRET, which is not set/);
    const config = await load(root, { environment: 'production', env: { SECRET: 'p%40ss' } });
    expect(config.target?.password).toBe('p@ss');
  });

  test('a file of faults and a bad URL are told together, without the password', async () => {
    const root = project({ 'strata.config.json': '{ "sqll": "x" }' });
    const error = await fault(load(root, { databaseUrl: 'postgres://u:hunter2@h:port/d' }));
    expect(brief(error).map(([code]) => code)).toEqual(['config/unknown-key', 'config/connection']);
    expect(JSON.stringify(error.more.findings)).not.toContain('hunter2');
  });
});

test('a file with a byte order mark', async () => {
  const root = project();
  writeFileSync(join(root, 'strata.config.json'), '\uFEFF{ "sql": "x" }');
  expect((await load(root)).sql).toBe('x');
});
