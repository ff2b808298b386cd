/** The built command line as scripts see it: words, exit statuses, streams, signals. */
import { execFile, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import type { Target } from '../../src/base/target.ts';
import { VERSION } from '../../src/base/version.ts';
import { failureOf, failureText } from '../../src/cli/failure.ts';
import { wantsColor } from '../../src/cli/screen.ts';
import { CARDS, leaves } from '../../src/commands/cards.ts';
import { LOADERS, loadRun } from '../../src/commands/registry.ts';
import { withSession } from '../../src/pg/pool.ts';
import { useDatabase, withTestDatabase } from '../support/database.ts';
import { project, strata } from '../support/project.ts';

const database = useDatabase();
const NOWHERE = 'postgresql://u:hunter2@127.0.0.1:1/d';

describe('words', () => {
  test('--version and -V', async () => {
    expect(await strata(['--version'])).toMatchObject({ status: 0, stdout: `${VERSION}\n`, stderr: '' });
    expect((await strata(['-V'])).stdout).toBe(`${VERSION}\n`);
  });

  test('help lists every command that is not hidden, and each has its own', async () => {
    const { stdout, status } = await strata(['--help']);
    expect(status).toBe(0);
    for (const card of CARDS) expect(stdout.includes(`\n  ${card.name} `)).toBe(card.hidden !== true);
    expect((await strata(['help', 'backup', 'create'])).stdout).toContain('strata backup create [flags]');
    expect((await strata(['up', '-h'])).stdout).toContain('--single-transaction');
    expect((await strata(['backup', '--help'])).stdout).toMatch(/create .*pg_dump/);
  });

  test('without a command: help, but not success', async () => {
    const ran = await strata([]);
    expect([ran.status, ran.stdout.split('\n')[0]]).toEqual([2, expect.stringContaining('strata: ')]);
  });

  test.each([
    [['stauts'], 'unknown command "stauts"', 'Did you mean: strata status'],
    [['backup', 'crate'], 'unknown command "crate"', 'Did you mean: strata backup create'],
    [['backup'], 'a command is missing', 'All commands: strata backup --help'],
    [['qqqq'], 'unknown command "qqqq"', 'All commands: strata --help'],
    [['qqqq', '--help'], 'unknown command "qqqq"', 'All commands: strata --help'],
    [['up', '--stpes', '3'], 'unknown flag "--stpes"', 'Did you mean --steps?'],
    [['up', '--databse-url', 'x'], 'unknown flag "--databse-url"', 'Did you mean --database-url?'],
    [['up', '--steps', 'many'], '--steps needs a whole number, not "many"', '--steps 5'],
    [['up', '--steps'], 'argument missing', 'See: strata up --help'],
    [['status', '--format', 'jsn'], '--format cannot be "jsn"', 'Did you mean "json"?'],
    [['status', 'extra'], 'too many arguments', 'See: strata status --help'],
    [['baseline'], 'missing required argument "version"', 'See: strata baseline --help'],
    [['status', '--json', '--format', 'sarif'], '--json and --format sarif contradict each other', 'Give one'],
    [['status', '--cwd', '/no/where'], 'the folder /no/where cannot be entered', '--cwd'],
    [['completion', 'tcsh'], 'no completion for the shell "tcsh"', 'bash, zsh, fish, powershell'],
  ])('%j is refused', async (args, message, hint) => {
    const ran = await strata(args);
    expect(ran.status).toBe(2);
    expect(ran.stdout === '').toBe(!args.includes('--json'));
    expect(ran.stderr).toContain(message);
    expect(ran.stderr).toContain(hint);
    expect(ran.stderr).not.toContain('    at ');
  });

  test('global flags stand before or after the command', async () => {
    const root = project({ 'migrations/001_t.sql': 'CREATE TABLE t ();' });
    for (const args of [
      ['--cwd', root, '--json', 'status'],
      ['status', '--json', '--cwd', root],
    ]) {
      const { stdout } = await strata(args, { target: database.target() });
      expect(JSON.parse(stdout)).toMatchObject({ command: 'status', ok: true });
    }
  });
});

test('every card has its work, and all work its card', async () => {
  const names = leaves().map(({ path }) => path.join(' '));
  expect(Object.keys(LOADERS).sort()).toEqual([...names].sort());
  for (const { path } of leaves()) expect(typeof (await loadRun(path))).toBe('function');
  await expect(loadRun(['nothing'])).rejects.toMatchObject({ code: 'BUG' });
});

describe('exit statuses', () => {
  const run = (args: readonly string[], files: Readonly<Record<string, string>>) =>
    strata(args, { cwd: project(files), target: database.target() });

  test('1: a check found something', async () => {
    const files = { 'migrations/001_t.sql': 'CREATE TABLE pending ();' };
    expect((await run(['status'], files)).status).toBe(0);
    expect((await run(['status', '--exit-pending'], files)).status).toBe(1);
  });

  test('2: configuration, every fault listed', async () => {
    const ran = await run(['status'], { 'strata.config.json': '{ "sqll": "x",\n "lock": { "wait": "1" } }' });
    expect(ran.status).toBe(2);
    expect(ran.stderr).toContain('error: the configuration has 2 faults [CONFIG_INVALID]');
    expect(ran.stderr).toContain('Did you mean "sql"?');
    expect(ran.stderr).toContain('strata.config.json:2:12');
  });

  test('3: no connection, and no password in any output', async () => {
    const cwd = project({ 'migrations/001_t.sql': 'SELECT 1;' });
    for (const more of [[], ['--verbose'], ['--json'], ['--format', 'junit']]) {
      const ran = await strata(['status', '--database-url', NOWHERE, ...more], { cwd });
      expect([ran.status, ran.stderr]).toEqual([3, expect.stringContaining('nothing listens')]);
      expect(ran.stdout + ran.stderr).toContain('nothing listens on 127.0.0.1:1');
      expect(ran.stdout + ran.stderr).not.toContain('hunter2');
    }
  });

  test('5: a migration failed', async () => {
    expect((await run(['up'], { 'migrations/001_bad.sql': 'CREATE TABEL t ();' })).status).toBe(5);
  });

  test('70: a bug says how to report it', () => {
    const failure = failureOf(new TypeError('x is not a function'), { interrupted: false });
    expect(failure.exit).toBe(70);
    const text = failureText(failure, { color: false, verbose: false });
    expect(text).toMatch(/^error: a bug in strata: x is not a function \[BUG\]\n {2}strata .*, node v/);
    expect(text).toMatch(/\n {2} {4}at /);
    expect(text).toContain('hint: Please report it');
  });

  test('a failure in every machine format is one document on stdout', async () => {
    const bad = { 'strata.config.json': '{ "sqll": "x" }' };
    const json = JSON.parse((await run(['status', '--json'], bad)).stdout);
    expect(json).toMatchObject({
      command: 'status',
      ok: false,
      data: null,
      error: { code: 'CONFIG_INVALID', exit: 2 },
    });
    expect(json.findings).toMatchObject([{ code: 'config/unknown-key', place: { line: 1, column: 3 } }]);
    expect((await run(['status', '--format', 'github'], bad)).stdout).toMatch(
      /^::error file=strata.config.json,line=1/,
    );
    const usage = JSON.parse((await strata(['stauts', '--json'])).stdout);
    expect(usage).toMatchObject({ ok: false, error: { code: 'USAGE', exit: 2 } });
  });
});

describe('streams', () => {
  test('a reader who leaves early is no error', async () => {
    const bin = resolve('bin/strata.js');
    const script = `set -o pipefail; "${process.execPath}" "${bin}" completion zsh | head -1`;
    const { stdout, stderr } = await promisify(execFile)('bash', ['-c', script]);
    expect([stdout, stderr]).toEqual(['#compdef strata\n', '']);
  });

  test('data on stdout, progress on stderr, nothing there with --quiet', async () => {
    const cwd = project({ 'migrations/001_s.sql': 'CREATE TABLE s ();\n-- Down Migration\nDROP TABLE s;' });
    await withTestDatabase(async (target) => {
      const up = await strata(['up', '--json'], { cwd, target });
      expect(JSON.parse(up.stdout)).toMatchObject({ ok: true });
      expect(up.stderr).toContain('✔ ');
      const redo = await strata(['redo', '--json', '--quiet'], { cwd, target });
      expect([redo.status, redo.stderr]).toEqual([0, '']);
    });
  });

  test.each([
    [true, {}, undefined, true],
    [false, {}, undefined, false],
    [true, { NO_COLOR: '1' }, undefined, false],
    [true, { NO_COLOR: '' }, undefined, true],
    [false, { FORCE_COLOR: '1' }, undefined, true],
    [true, { FORCE_COLOR: '0' }, undefined, false],
    [false, { FORCE_COLOR: '1', NO_COLOR: '1' }, undefined, false],
    [true, { FORCE_COLOR: '1' }, false, false],
    [true, { TERM: 'dumb' }, undefined, false],
  ])('colour: terminal %j, %j, flag %j: %j', (terminal, env, flag, expected) => {
    expect(wantsColor(terminal, env, flag)).toBe(expected);
  });

  test('a .pgpass that others can read is a warning', async () => {
    const home = project({ '.pgpass': '*:*:*:*:x' });
    chmodSync(join(home, '.pgpass'), 0o644);
    const env = { HOME: home, PGPASSFILE: '', PGPASSWORD: '' };
    const ran = await strata(['status', '--database-url', 'postgresql://u@127.0.0.1:1/d'], { cwd: home, env });
    expect(ran.stderr).toMatch(/^warning: password file .* can be read by others and was ignored; run: chmod 600/);
  });
});

describe('Ctrl-C', () => {
  const files = { 'migrations/001_slow.sql': 'CREATE TABLE slow (); SELECT pg_sleep(30);' };

  test('stops, rolls back, and says so', () =>
    withTestDatabase(async (target) => {
      const started = Date.now();
      let asleep: Promise<unknown> = Promise.resolve();
      const ran = await strata(['up'], {
        cwd: project(files),
        target,
        onSpawn: (child) => {
          asleep = whenAsleep(target).then(() => child.kill('SIGINT'));
        },
      });
      await asleep;
      expect(Date.now() - started).toBeLessThan(20_000);
      expect(ran.stderr).toContain('stopping at the next safe point');
      expect(ran.status).toBe(5);
      const left = await withSession(target, (s) => s.query("SELECT to_regclass('slow') AS name"));
      expect(left).toEqual([{ name: null }]);
    }));

  async function whenAsleep(target: Target): Promise<void> {
    const sql = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'";
    await withSession(target, async (s) => {
      const deadline = Date.now() + 15_000;
      while ((await s.query(sql)).length === 0 && Date.now() < deadline) await sleep(50);
    });
  }
});

describe('the compiled code beside the bundle', () => {
  test('is made by the first run, used by the next, and a broken one is passed over', () => {
    const name = /strata-[0-9a-f]+/.exec(readFileSync('dist/cli.cjs', 'utf8'))?.[0];
    const cache = join('dist', `${name}.completion.${process.version}-${process.arch}.cache`);
    const run = () => spawnSync(process.execPath, ['bin/strata.js', 'completion', 'bash'], { encoding: 'utf8' });
    const first = run();
    expect(existsSync(cache)).toBe(true);
    expect(run()).toMatchObject({ status: 0, stdout: first.stdout, stderr: '' });
    writeFileSync(cache, 'no code at all');
    expect(run()).toMatchObject({ status: 0, stdout: first.stdout, stderr: '' });
    expect(readFileSync(cache).length).toBeGreaterThan(1000);
  });
});
