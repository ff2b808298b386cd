/**
 * What is published, used as its users use it: packed, unpacked into a fresh project, compiled by the oldest and the
 * newest TypeScript under both module resolutions, as ES module and as CommonJS, and run.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { beforeAll, describe, expect, test } from 'vitest';
import { targetUrl } from '../../src/base/target.ts';
import { built } from '../support/build.ts';
import { useDatabase } from '../support/database.ts';
import { project, write } from '../support/project.ts';

const database = useDatabase();
let root = '';
let tarball = '';

const CONSUMER = `
import type { BookingRow, BookingSessionState, Database, NewBooking, UserId } from 'strata-pg/marketplace';
import { acceptBooking, bookingSessionStateValues, SlotTakenError, typedError, VersionConflictError } from 'strata-pg/marketplace';
import { newBookingSchema } from 'strata-pg/marketplace/schemas';
import { createPool, type Pool, SIZES, withActor } from 'strata-pg/client';
import { createStorage, type Orphan, type SignedPut, StorageError } from 'strata-pg/files';

export async function accept(pool: Pool, me: UserId, id: number): Promise<BookingRow | null> {
  try {
    return await withActor(pool, { userId: me, role: 'app_user' }, (tx) => acceptBooking(tx, { bookingId: id, expectedVersion: 1 }));
  } catch (thrown) {
    if (typedError(thrown) instanceof VersionConflictError || thrown instanceof SlotTakenError) return null;
    throw thrown;
  }
}
export const pool: Pool = createPool({ size: 'mvp', onSlowQuery: ({ text, duration }) => void [text.trim(), duration + 1] });
export function signed(size: number): SignedPut | string {
  try {
    const storage = createStorage({ bucket: 'user-avatars', credentials: { accessKeyId: 'a', secretAccessKey: 'b' }, rules: { maxSize: 9 } });
    return storage.signPut('7/avatar.png', { contentType: 'image/png', size });
  } catch (thrown) {
    return thrown instanceof StorageError ? thrown.code : 'other';
  }
}
export const kind: Orphan['kind'] = 'row-without-object';
export const state: BookingSessionState = bookingSessionStateValues[0];
export const size: 10 = SIZES.mvp.size;
export const title: unknown = newBookingSchema.title;
export function patch(row: BookingRow): Database['bookings']['session_state']['__select__'] { return row.session_state; }
// @ts-expect-error no such state
export const wrong: NewBooking['session_state'] = 'NONE';
// @ts-expect-error an argument is missing
export const missing = (): unknown => acceptBooking(pool, {});
`;

const options = (module: string, resolution: string) => ({
  compilerOptions: {
    ...{ strict: true, noEmit: true, target: 'ES2022', lib: ['ES2022'], types: ['node'], skipLibCheck: false },
    ...{ module, moduleResolution: resolution, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true },
  },
});

beforeAll(async () => {
  await built();
  root = project({
    'package.json': '{ "name": "fresh", "private": true, "type": "module" }',
    'consumer.ts': CONSUMER,
    'common/package.json': '{ "type": "commonjs" }',
    'common/consumer.cts': CONSUMER,
    'node16.json': JSON.stringify({ ...options('Node16', 'Node16'), files: ['consumer.ts', 'common/consumer.cts'] }),
    'bundler.json': JSON.stringify({ ...options('ES2022', 'Bundler'), files: ['consumer.ts'] }),
    'node_modules/.keep': '',
  });
  const name = execFileSync('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', root], {
    encoding: 'utf8',
  });
  tarball = join(root, name.trim());
  const modules = join(root, 'node_modules');
  mkdirSync(join(modules, 'strata-pg'), { recursive: true });
  execFileSync('tar', ['-xzf', tarball, '-C', join(modules, 'strata-pg'), '--strip-components=1']);
  mkdirSync(join(modules, '@types'));
  // What npm would install beside it; nothing that only the tool needs.
  for (const name of ['pg', '@types/node', 'undici-types'])
    symlinkSync(resolve('node_modules', name), join(modules, name));
});

/** By `resolution: entry point: kind`. Node 10's resolution knows no exports; the library door is an ES module on purpose. */
test('arethetypeswrong finds nothing else to say', async () => {
  const { checkPackage, createPackageFromTarballData } = await import('@arethetypeswrong/core');
  const analysis = await checkPackage(createPackageFromTarballData(new Uint8Array(readFileSync(tarball))));
  if (!analysis.types) throw new Error('no types');
  expect(Object.keys(analysis.entrypoints).sort()).toEqual(
    ['.', './client', './files', './marketplace', './marketplace/schemas', './package.json'].sort(),
  );
  const problems = analysis.problems.map((problem) => {
    const where = 'entrypoint' in problem ? `${problem.resolutionKind}: ${problem.entrypoint}` : '';
    return `${where}: ${problem.kind}`;
  });
  expect(problems.filter((one) => !one.startsWith('node10: '))).toEqual(['node16-cjs: .: CJSResolvesToESM']);
});

describe.each(['typescript', 'typescript-oldest'])('types under %s', (compiler) => {
  const version = (JSON.parse(readFileSync(`node_modules/${compiler}/package.json`, 'utf8')) as { version: string })
    .version;

  test.each(['node16', 'bundler'])(`${version}, %s`, (resolution) => {
    const tsc = resolve('node_modules', compiler, 'lib/tsc.js');
    const { stdout, status } = spawnSync(process.execPath, [tsc, '-p', `${resolution}.json`], {
      cwd: root,
      encoding: 'utf8',
    });
    expect({ stdout, status }).toEqual({ stdout: '', status: 0 });
  });
});

const RUN = `
  const pool = createPool({ connectionString: process.env.DATABASE_URL, size: { size: 1, overflow: 0 } });
  const id = await withActor(pool, { userId: 7 }, async (tx) => (await tx.query("SELECT current_setting('app.user_id') AS id")).rows[0].id);
  const failed = await acceptBooking(pool, { bookingId: 1 }).catch((thrown) => thrown.code);
  await pool.shutdown();
  console.log(JSON.stringify([id, failed, bookingSessionStateValues.length > 3, newBookingSchema.title, SIZES.scale.size]));
`;
const NAMES = ['createPool, SIZES, withActor', 'acceptBooking, bookingSessionStateValues', 'newBookingSchema'];
const DOORS = ['strata-pg/client', 'strata-pg/marketplace', 'strata-pg/marketplace/schemas'];

describe('at run time', () => {
  test.each([
    [
      'ES modules',
      'run.mjs',
      `${NAMES.map((names, at) => `import { ${names} } from '${DOORS[at]}';`).join('\n')}${RUN}`,
    ],
    [
      'CommonJS',
      'run.cjs',
      `${NAMES.map((names, at) => `const { ${names} } = require('${DOORS[at]}');`).join('\n')}(async () => {${RUN}})();`,
    ],
  ])('%s', (_, file, text) => {
    write(root, { [file]: text });
    const env = { ...process.env, DATABASE_URL: targetUrl(database.target()) };
    const { stdout, stderr, status } = spawnSync(process.execPath, [file], { cwd: root, encoding: 'utf8', env });
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    expect(JSON.parse(stdout)).toEqual(['7', '42883', true, 'NewBooking', 20]);
  });

  test('every door leads to files that exist, for both kinds of modules', () => {
    const home = join(root, 'node_modules/strata-pg');
    const { exports } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as {
      exports: Record<string, unknown>;
    };
    const paths = JSON.stringify(exports)
      .match(/"\.\/(?:dist|package)[^"]*"/g)
      ?.map((path) => JSON.parse(path) as string);
    expect(paths?.length).toBeGreaterThan(12);
    for (const path of paths ?? []) expect(readFileSync(join(home, path), 'utf8')).not.toBe('');
  });

  test('a bundle holds only what is used', async () => {
    const bundledText = async (contents: string): Promise<string> => {
      const stdin = { contents, resolveDir: root, loader: 'js' as const };
      const { outputFiles } = await build({
        stdin,
        bundle: true,
        format: 'esm',
        write: false,
        minify: true,
        platform: 'node',
      });
      return outputFiles[0]?.text ?? '';
    };
    const bundled = async (contents: string): Promise<number> => (await bundledText(contents)).length;
    const one = await bundled(
      `import { newBookingSchema } from 'strata-pg/marketplace/schemas'; console.log(newBookingSchema);`,
    );
    const all = await bundled(`import * as all from 'strata-pg/marketplace/schemas'; console.log(all);`);
    expect(one).toBeLessThan(all / 20);
    const values = `import { bookingSessionStateValues } from 'strata-pg/marketplace'; console.log(bookingSessionStateValues);`;
    expect(await bundled(values)).toBeLessThan(1_000);
    const booking = `import { acceptBooking } from 'strata-pg/marketplace'; console.log(acceptBooking);`;
    const [text, whole] = [await bundledText(booking), await bundledText(`export * from 'strata-pg/marketplace';`)];
    expect(text).toContain('accept_booking');
    expect(text.match(/"public"\."\w+"/g)).toEqual(['"public"."accept_booking"']);
    expect(text.length).toBeLessThan(whole.length / 1.5);
  });
});
