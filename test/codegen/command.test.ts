/** `strata types`: writing, `--check` with its diff the right way round, and a stored Snapshot instead of a database. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Outcome } from '../../src/base/finding.ts';
import { realRuntime } from '../../src/base/runtime.ts';
import { readSnapshot } from '../../src/catalog/read.ts';
import { snapshotText } from '../../src/catalog/snapshot.ts';
import { differences, diffText } from '../../src/codegen/compare.ts';
import { run, type TypesData } from '../../src/commands/types.ts';
import { type Config, DEFAULTS } from '../../src/config/schema.ts';
import { useDatabase } from '../support/database.ts';
import { project } from '../support/project.ts';

const database = useDatabase();
const FILE = 'generated/types.ts';

async function types(root: string, options: Readonly<Record<string, unknown>> = {}): Promise<Outcome<TypesData>> {
  const config: Config = { ...DEFAULTS, root, file: null, environment: null, target: database.target() };
  return (await run({ config, runtime: realRuntime({ cwd: root }) }, { args: [], ...options })) as Outcome<TypesData>;
}

const states = (outcome: Outcome<TypesData>) => outcome.data.files.map(({ state }) => state);

/** Biome, whose output is prettier's, by settings of its own. */
function formatted(text: string, javascript: object, formatter: object): string {
  const config = project({ 'biome.json': JSON.stringify({ formatter, javascript: { formatter: javascript } }) });
  const args = ['format', '--stdin-file-path=file.ts', `--config-path=${config}`];
  return execFileSync('node_modules/.bin/biome', args, { input: text, encoding: 'utf8' });
}

const OTHER_WAY = {
  quoteStyle: 'double',
  quoteProperties: 'asNeeded',
  semicolons: 'asNeeded',
  arrowParentheses: 'asNeeded',
  trailingCommas: 'none',
  bracketSpacing: false,
};

const reset = (ddl: string) =>
  database.session((s) => s.batch(`DROP SCHEMA public CASCADE; CREATE SCHEMA public; ${ddl}`));

describe('strata types', () => {
  test('writes, writes nothing when nothing changed, and checks', async () => {
    await reset(`CREATE TABLE users (id int PRIMARY KEY, name text); CREATE TABLE schema_migrations (version text)`);
    const root = project();
    expect(await types(root, { check: true })).toMatchObject({
      ok: false,
      data: {
        files: [
          { state: 'missing', file: FILE },
          { state: 'missing', file: 'generated/schemas.ts' },
        ],
      },
      findings: [
        {
          code: 'types/missing',
          subject: FILE,
          message: 'the file does not exist',
          hint: 'Write it with: strata types',
        },
        { code: 'types/missing', subject: 'generated/schemas.ts' },
      ],
    });
    expect(existsSync(join(root, FILE))).toBe(false);
    expect(await types(root)).toMatchObject({
      ok: true,
      data: { relations: 1, files: [{ state: 'written', file: FILE }, { state: 'written' }] },
    });
    expect(states(await types(root))).toEqual(['unchanged', 'unchanged']);
    expect(await types(root, { check: true })).toMatchObject({
      ok: true,
      data: { files: [{ state: 'fresh' }, { state: 'fresh' }] },
    });
    expect(readFileSync(join(root, FILE), 'utf8')).not.toContain('SchemaMigration');

    await database.session((s) => s.batch('ALTER TABLE users ADD added int NOT NULL; ALTER TABLE users DROP name'));
    const stale = await types(root, { check: true });
    expect(stale).toMatchObject({
      ok: false,
      data: { files: [{ state: 'stale' }, { state: 'stale' }] },
      findings: [{ code: 'types/stale' }, {}],
    });
    const [diff] = stale.view;
    expect(diff?.kind === 'verbatim' && diff.text.split('\n').slice(0, 4)).toEqual([
      '+ UserRow.added: readonly added: number',
      '+ NewUser.added: added: number',
      '+ UserPatch.added: added?: number',
      '- UserRow.name: readonly name: string | null',
    ]);
  });

  test('a file that the schema no longer gives is stale, and removed when it is ours', async () => {
    await reset(`CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1'`);
    const root = project();
    const [procedures, register] = ['generated/procedures.ts', 'generated/register.ts'].map((file) => join(root, file));
    await types(root);
    expect(readFileSync(procedures ?? '', 'utf8')).toContain('function one(');
    writeFileSync(register ?? '', '// written by hand\n');
    await reset('');
    expect(await types(root, { check: true })).toMatchObject({
      ok: false,
      data: { files: [{}, {}, { file: 'generated/procedures.ts', state: 'needless' }] },
      findings: [
        {
          code: 'types/stale',
          subject: 'generated/procedures.ts',
          message: 'the schema no longer gives this file',
          hint: 'Remove it with: strata types',
        },
      ],
    });
    expect(await types(root)).toMatchObject({ ok: true, data: { files: [{}, {}, { state: 'removed' }] } });
    expect([procedures, register].map((path) => existsSync(path ?? ''))).toEqual([false, true]);
    expect(await types(root, { check: true })).toMatchObject({ ok: true });
    expect(states(await types(root))).toEqual(['unchanged', 'unchanged']);
  });

  test('--from reads a stored Snapshot and needs no database', async () => {
    await reset(`CREATE TABLE users (id int PRIMARY KEY, state text CHECK (state IN ('a')))`);
    const root = project();
    await types(root);
    const live = readFileSync(join(root, FILE), 'utf8');
    const text = await database.session(async (s) =>
      snapshotText(await readSnapshot(s, { schemas: ['public'] }), {
        serverVersion: s.serverVersion,
        takenAt: new Date(),
      }),
    );
    writeFileSync(join(root, 'snapshot.json'), text);
    await reset('');
    expect((await types(root, { from: 'snapshot.json', check: true })).ok).toBe(true);
    expect(states(await types(root, { from: 'snapshot.json' }))).toEqual(['unchanged', 'unchanged']);
    expect(readFileSync(join(root, FILE), 'utf8')).toBe(live);
    await expect(types(root, { from: 'none.json' })).rejects.toMatchObject({ code: 'USAGE', exit: 2 });
    writeFileSync(join(root, 'snapshot.json'), text.replace('users', 'losers'));
    await expect(types(root, { from: 'snapshot.json' })).rejects.toMatchObject({ code: 'SNAPSHOT_INVALID' });
  });
});

describe('what counts as a difference', () => {
  const text = `/**
 * Row types of the database, written by \`strata types\`. Snapshot: sha256:aaa
 */

/**
 * Many words.
 */
export const moodValues = [
  'a',
  'it\\'s',
] as const;
export type Mood = (typeof moodValues)[number];

export interface UserRow {
  /** The name */
  readonly 'first': string | null;
  readonly x: readonly ('a' | 1)[];
  m(): string;
}
`;

  test.each([
    [
      'prettier without semicolons, double quotes, one line',
      text.replaceAll(';', '').replace(/\[\s+'a',\s+'it\\'s',\s+\]/, `["a", "it's"]`),
    ],
    ['quotes of property names', text.replace(`'first'`, 'first')],
    ['the header of an older version', text.replace('aaa', 'bbb')],
    ['the header without a hash', text.replace(' Snapshot: sha256:aaa', '')],
    ['CRLF', text.replaceAll('\n', '\r\n')],
    ['a union over several lines', text.replace(`('a' | 1)[]`, `(\n    | "a"\n    | 1\n  )[]`)],
    ['doc comments wrapped', text.replace('/**\n * Many words.\n */', '/** Many\n  * words. */')],
    ['other comments', `// @ts-nocheck\n/* eslint-disable */\n${text}`],
  ])('not %s', (_, other) => {
    expect(differences(other, text)).toEqual([]);
  });

  test.each([
    [
      'a type',
      text.replace('string | null', 'string'),
      `- UserRow.first: /** The name */ readonly first: string\n+ UserRow.first: /** The name */ readonly first: string | null`,
    ],
    [
      'a literal',
      text.replace(`'a',`, `'b',`),
      `- moodValues: /** Many words. */ export const moodValues = ["b" "it's"] as const`,
    ],
    ['a type for its string', text.replace('m(): string', `m(): 'string'`), `- UserRow.m: m(): "string"`],
    ['a doc comment', text.replace('The name', 'A name'), '- UserRow.first: /** A name */'],
    ['readonly', text.replace('readonly x', 'x'), '- UserRow.x: x'],
    ['optional', text.replace('readonly x:', 'readonly x?:'), '- UserRow.x: readonly x?'],
    [
      'a lost interface, said once',
      text.slice(0, text.indexOf('export interface')),
      '+ UserRow: export interface UserRow',
    ],
    ['text at the end', `${text}\nexport type Evil = 1;\n`, '- Evil: export type Evil = 1'],
    ['an empty file', '', '+ moodValues: '],
  ])('%s', (_, other, expected) => {
    const found = diffText(differences(other, text));
    expect(found).toContain(expected);
    expect(found.split('\n').length).toBeLessThanOrEqual(3);
  });

  test.each([
    ['as it comes', {}, {}],
    ['all the other way round', OTHER_WAY, { lineWidth: 60, indentStyle: 'space' }],
  ])('nothing that a formatter does to the files: %s', (_, javascript, formatter) => {
    for (const name of ['types', 'schemas', 'procedures', 'parsed', 'parsed.register']) {
      const golden = readFileSync(`test/cases/types/hostile/${name}.ts.golden`, 'utf8');
      const changed = formatted(golden, javascript, formatter);
      expect(changed).not.toBe(golden);
      expect(differences(changed, golden), name).toEqual([]);
    }
  });

  const code = `export interface Queryable {
  readonly readonly: boolean;
}
type Argument = readonly [name: string];
async function run(db: Queryable, names: readonly string[]): Promise<string> {
  const text = names.map((name) => \`\${name}, \`).join('').replace(/[,"] $/, '');
  return text === '' ? 'a' : text;
}
export class OneError extends Error {
  override readonly name = 'OneError';
}
export class OtherError extends Error {}
export function find(db: Queryable, id: number): void;
export function find(db: Queryable, name: string): void;
export function find(db: Queryable, args: object): void {
  run(db, []);
}
export async function last(db: Queryable): Promise<void> {}
`;

  test.each([
    ['Argument', code.replace('[name: string]', '[name: number]')],
    ['run', code.replace("=== ''", "!== ''")],
    ['run', code.replace('}, ', '} ')],
    ['run', code.replace('[,"]', '["]')],
    ['OneError', code.replace("'OneError'", "'TwoError'")],
    ['OtherError', code.replace('Error {}', 'Error { readonly more = 1 }')],
    ['find', code.replace('id: number', 'id: bigint')],
    ['find (2)', code.replace('name: string): void', 'name: string | null): void')],
    ['find (3)', code.replace('run(db, [])', "run(db, ['evil'])")],
    ['last', code.replace('Promise<void>', 'Promise<null>')],
    ['Queryable.readonly', code.replace(': boolean', ': string')],
    ['evil', `${code}function evil(): void {}\n`],
  ])('a change of %s', (name, other) => {
    expect(differences(other, code).map((one) => one.name)).toEqual([name]);
  });

  test('text at the start', () => {
    expect(differences(`import x from 'y';\n${text}`, text)).toHaveLength(1);
  });
});
