/** Which program is chosen, among real executables that tell made-up versions. */
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import type { ToolError } from '../../src/base/errors.ts';
import { installHint } from '../../src/pg/program-install.ts';
import { programFolders } from '../../src/pg/program-search.ts';
import { findProgram } from '../../src/pg/programs.ts';
import { project } from '../support/project.ts';

let root: string;
beforeEach(() => {
  root = project();
});

/** A folder with programs that tell this version. */
function folder(name: string, version: string, programs = ['pg_dump']): string {
  const path = join(root, name);
  mkdirSync(path);
  for (const program of programs) script(path, program, `echo "${program} (PostgreSQL) ${version}"`);
  return path;
}

function script(path: string, program: string, body: string): void {
  writeFileSync(join(path, program), `#!/bin/sh\n${body}\n`);
  chmodSync(join(path, program), 0o755);
}

function find(serverMajor: number, usual: readonly string[], env: Record<string, string> = {}) {
  return findProgram('pg_dump', serverMajor, { PATH: '', ...env }, { usual });
}

describe('the version rule', () => {
  test('prefers the same major to a newer one, wherever it is', async () => {
    const usual = [folder('18', '18.1'), folder('17', '17.11 (Debian 17.11-1)'), folder('15', '15.2')];
    expect(await find(17, usual)).toEqual({
      name: 'pg_dump',
      path: join(root, '17', 'pg_dump'),
      major: 17,
      version: '17.11',
    });
  });

  test('takes the lowest newer one when there is none of the same major', async () => {
    expect((await find(15, [folder('18', '18.1'), folder('16', '16.0')])).major).toBe(16);
  });

  test('counts a beta as its major', async () => {
    expect(await find(19, [folder('19', '19beta2')])).toMatchObject({ major: 19, version: '19beta2' });
  });

  test('takes the one in STRATA_PG_BIN whenever it can do the job', async () => {
    const named = folder('18', '18.1');
    const usual = [folder('17', '17.2')];
    expect((await find(17, usual, { STRATA_PG_BIN: named })).major).toBe(18);
  });

  test('passes over STRATA_PG_BIN when what is there is too old', async () => {
    const named = folder('15', '15.1');
    const usual = [folder('17', '17.2')];
    expect((await find(17, usual, { STRATA_PG_BIN: named })).major).toBe(17);
  });

  test('finds it on PATH, first come first served among equals', async () => {
    const [first, second] = [folder('a', '17.1'), folder('b', '17.2')];
    expect((await find(17, [], { PATH: `/nowhere:${first}:${second}` })).version).toBe('17.1');
  });
});

describe('what is no program', () => {
  test('files that may not be run, folders, programs that fail or tell another name', async () => {
    const bad = join(root, 'bad');
    mkdirSync(join(bad, 'pg_dump'), { recursive: true });
    const plain = folder('plain', '17.1');
    chmodSync(join(plain, 'pg_dump'), 0o644);
    const failing = join(root, 'failing');
    mkdirSync(failing);
    script(failing, 'pg_dump', 'echo "pg_dump (PostgreSQL) 17.1"; exit 127');
    const other = join(root, 'other');
    mkdirSync(other);
    script(other, 'pg_dump', 'echo "pg_dump (EnterpriseThing) 17.1"');
    await expect(find(17, [bad, plain, failing, other])).rejects.toMatchObject({ code: 'PROGRAM_MISSING' });
  });

  test("Debian's pg_wrapper, which picks a version by the clusters of the machine", async () => {
    const common = join(root, 'common');
    mkdirSync(common);
    script(common, 'pg_wrapper', 'echo "pg_dump (PostgreSQL) 17.1"');
    const bin = join(root, 'bin');
    mkdirSync(bin);
    symlinkSync(join(common, 'pg_wrapper'), join(bin, 'pg_dump'));
    expect((await find(15, [bin, folder('15', '15.4')])).version).toBe('15.4');
  });
});

describe('when none fits', () => {
  test('missing: exit 7, where we looked, and how to install it', async () => {
    const error = (await find(17, ['/nowhere/bin']).catch((thrown: unknown) => thrown)) as ToolError;
    expect(error).toMatchObject({ code: 'PROGRAM_MISSING', exit: 7, message: 'pg_dump is not installed' });
    expect(error.more.detail).toContain('/nowhere/bin');
    expect(error.more.hint).toMatch(/^Install it with: .*STRATA_PG_BIN/);
  });

  test('too old: exit 7, and which ones were found', async () => {
    const usual = [folder('16', '16.4'), folder('15', '15.1')];
    const error = (await find(17, usual).catch((thrown: unknown) => thrown)) as ToolError;
    expect(error).toMatchObject({ code: 'PROGRAM_TOO_OLD', exit: 7 });
    expect(error.message).toBe('pg_dump is too old for a PostgreSQL 17 server');
    expect(error.more.detail).toContain(`${join(root, '16', 'pg_dump')}, version 16.4`);
    expect(error.more.detail).toContain('version 15.1');
  });
});

test('the command that installs it, by operating system', () => {
  const linux = (release: string) => ({ platform: 'linux' as const, release });
  const client = (release: string) => installHint('client', 17, linux(release));
  expect(client('ID=debian\n')).toContain('sudo apt-get install postgresql-client-17');
  expect(client('ID=debian\n')).toContain('apt.postgresql.org.sh');
  expect(client('ID=linuxmint\nID_LIKE="ubuntu debian"\n')).toContain('postgresql-client-17');
  expect(client('ID=fedora\n')).toContain('sudo dnf install postgresql17');
  expect(client('ID="rocky"\nID_LIKE="rhel centos fedora"\n')).toContain('sudo dnf install postgresql17');
  expect(client('ID=alpine\n')).toContain('apk add postgresql17-client');
  expect(client('ID=arch\n')).toContain('pacman -S postgresql-libs');
  expect(client('ID="opensuse-leap"\nID_LIKE="suse opensuse"\n')).toContain('zypper install postgresql17');
  expect(client('ID=haiku\n')).toContain('https://www.postgresql.org/download/');
  expect(installHint('client', 17, { platform: 'darwin', release: '' })).toContain('brew install libpq');
  expect(installHint('server', 17, { platform: 'darwin', release: '' })).toContain('brew install postgresql@17');
  expect(installHint('server', 17, { platform: 'win32', release: '' })).toContain('winget install PostgreSQL');
  expect(installHint('server', 16, linux('ID=debian\n'))).toContain('apt-get install postgresql-16');
});

test('folders are looked at once each, STRATA_PG_BIN before PATH before the usual ones', () => {
  const env = { STRATA_PG_BIN: '/own', PATH: '/usr/bin::/own:/opt/x' };
  expect(programFolders(env, { usual: ['/usr/lib/postgresql/17/bin', '/opt/x'] })).toEqual([
    '/own',
    '/usr/bin',
    '/opt/x',
    '/usr/lib/postgresql/17/bin',
  ]);
});
