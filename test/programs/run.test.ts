/** Running programs: what they are told and how, what comes back, how they are ended. */
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import type { Target } from '../../src/base/target.ts';
import { databaseArgument } from '../../src/pg/program-env.ts';
import { findProgram, type Program, runInteractive, runProgram } from '../../src/pg/programs.ts';
import { serverTarget, withTestDatabase } from '../support/database.ts';
import { project } from '../support/project.ts';

function program(body: string): Program {
  const path = join(project(), 'pg_dump');
  writeFileSync(path, `#!/bin/sh\n${body}\n`);
  chmodSync(path, 0o755);
  return { name: 'pg_dump', path, major: 17, version: '17.1' };
}

const TARGET: Target = {
  host: 'db.example',
  port: 6543,
  user: "o'neil",
  database: "it's a = \\ db",
  password: 'top secret',
  ssl: { mode: 'verify-full', rootCert: '/ca.pem' },
};

describe('a program', () => {
  test('gets the target by environment, and nothing of it by argv', async () => {
    const { stdout } = await runProgram(program('env; echo "argv: $*"'), ['--schema-only'], TARGET, {
      env: {
        PATH: process.env.PATH,
        PGSERVICE: 'other',
        PGHOSTADDR: '10.0.0.1',
        PGSSLMODE: 'disable',
        PGOPTIONS: '-c x=y',
      },
    });
    const lines = stdout.split('\n');
    expect(lines).toEqual(
      expect.arrayContaining([
        'PGHOST=db.example',
        'PGPORT=6543',
        "PGUSER=o'neil",
        "PGDATABASE=it's a = \\ db",
        'PGPASSWORD=top secret',
        'PGSSLMODE=verify-full',
        'PGSSLROOTCERT=/ca.pem',
        'LC_ALL=C',
        'argv: --schema-only',
      ]),
    );
    expect(stdout).not.toMatch(/^(PGSERVICE|PGHOSTADDR|PGOPTIONS)=/m);
  });

  test('really connects, to a database with the oddest name', async () => {
    const psql = await findProgram('psql', 0);
    await withTestDatabase(async (target) => {
      const args = ['-XAt', '-c', 'SELECT current_database()'];
      const { stdout } = await runProgram(psql, args, target);
      expect(stdout).toBe(`${target.database}\n`);
      const named = await runProgram(psql, [...args, databaseArgument(target.database)], { ...target, database: 'x' });
      expect(named.stdout).toBe(`${target.database}\n`);
    }, `it's a = \\ "db" höher ${process.pid}`);
  });

  test('reads standard input, and may stop reading early', async () => {
    expect((await runProgram(program('cat'), [], null, { stdin: 'words' })).stdout).toBe('words');
    const big = 'x'.repeat(1_000_000);
    expect((await runProgram(program('exit 0'), [], null, { stdin: big })).exit).toBe(0);
  });

  test('streams standard output and tells standard error line by line', async () => {
    const chunks: Buffer[] = [];
    const sink = new Writable({
      write(chunk: Buffer, _encoding, done) {
        chunks.push(chunk);
        setTimeout(done, 1);
      },
    });
    const lines: string[] = [];
    const ran = await runProgram(program('head -c 300000 /dev/zero; echo one >&2; echo two >&2'), [], null, {
      stdout: sink,
      onStderr: (line) => lines.push(line),
    });
    expect(Buffer.concat(chunks).length).toBe(300_000);
    expect(lines).toEqual(['one', 'two']);
    expect(ran).toEqual({ exit: 0, stdout: '', stderr: 'one\ntwo' });
  });
});

describe('a failure', () => {
  test('tells the exit status and the last lines of standard error', async () => {
    const failing = program('i=0; while [ $i -lt 50 ]; do i=$((i+1)); echo "line $i" >&2; done; exit 3');
    await expect(runProgram(failing, [], null)).rejects.toMatchObject({
      code: 'PROGRAM_FAILED',
      exit: 5,
      message: 'pg_dump failed: exit status 3',
      more: { detail: expect.stringMatching(/^line 31\n[\s\S]*line 50$/) },
    });
    expect((await runProgram(failing, [], null, { okExits: [0, 3] })).exit).toBe(3);
  });

  test('never shows the password, even when connecting fails', async () => {
    const psql = await findProgram('psql', 0);
    const nowhere = { ...serverTarget(), port: 1, host: '127.0.0.1', password: 'top secret' };
    const error = await runProgram(psql, ['-c', 'SELECT 1'], nowhere).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'PROGRAM_FAILED', message: 'psql failed: exit status 2' });
    expect(JSON.stringify(error)).not.toContain('top secret');
  });

  test('of the receiver (a full disk, say) is told, and the program ends', async () => {
    const full = new Writable({ write: (_chunk, _encoding, done) => done(new Error('ENOSPC: no space left')) });
    const endless = program('while :; do echo line; done');
    await expect(runProgram(endless, [], null, { stdout: full })).rejects.toMatchObject({
      message: 'pg_dump failed: ENOSPC: no space left',
    });
  });

  test('to start is told', async () => {
    const gone = { ...program(''), path: '/nowhere/pg_dump' };
    await expect(runProgram(gone, [], null)).rejects.toMatchObject({ code: 'PROGRAM_FAILED' });
    await expect(runInteractive(gone, [], TARGET)).rejects.toMatchObject({ code: 'PROGRAM_FAILED' });
  });
});

describe('an interruption', () => {
  test('ends the program and its children', async () => {
    const file = join(project(), 'child');
    const wrapper = program(`sleep 60 & echo $! > ${file}; wait`);
    const stop = new AbortController();
    const run = runProgram(wrapper, [], null, { signal: stop.signal });
    while (!existsSync(file) || readFileSync(file, 'utf8') === '') await new Promise((go) => setTimeout(go, 10));
    stop.abort();
    await expect(run).rejects.toMatchObject({ code: 'PROGRAM_FAILED', message: 'pg_dump failed: it was interrupted' });
    const child = Number(readFileSync(file, 'utf8'));
    await expect.poll(() => runs(child)).toBe(false);
  });

  test('that came before is respected', async () => {
    const file = join(project(), 'ran');
    const signal = AbortSignal.abort();
    await expect(runProgram(program(`touch ${file}`), [], null, { signal })).rejects.toThrow();
    expect(existsSync(file)).toBe(false);
  });
});

/** A zombie does not count: who reaps it is not our business. */
function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

test('an interactive program gets our terminal, the target, and gives its exit status', async () => {
  const file = join(project(), 'env');
  expect(
    await runInteractive(program(`env > ${file}; exit 4`), [], TARGET, { PATH: process.env.PATH, LC_ALL: 'de' }),
  ).toBe(4);
  const env = readFileSync(file, 'utf8').split('\n');
  expect(env).toEqual(expect.arrayContaining(['PGHOST=db.example', 'PGPASSWORD=top secret', 'LC_ALL=de']));
});
