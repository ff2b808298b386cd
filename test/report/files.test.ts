/** Reports beside the printed one: files, the job summary, and paths as a repository sees them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { project, type Ran, strata } from '../support/project.ts';

const BAD = { 'db/migrations/001_a.sql': '-- Up Migration\nCREATE TABEL a ();\nSELECT 1;\n' };

/** `strata lint --offline` in the folder `db` of a repository, as GitHub Actions runs it. */
function lint(root: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ran> {
  return strata(['lint', '--offline', '--cwd', 'db', ...args], { cwd: root, env: { GITHUB_WORKSPACE: root, ...env } });
}

test('a run may be a log for people and several files for machines', async () => {
  const root = project(BAD);
  const ran = await lint(root, [
    '--report',
    'sarif=out/a.sarif',
    '--report',
    'json=b.json',
    '--report',
    'gitlab=c.json',
  ]);
  expect(ran.status, ran.stderr).toBe(1);
  expect(ran.stdout).toContain('statements judged by');
  const read = (file: string) => JSON.parse(readFileSync(join(root, 'db', file), 'utf8'));
  const [first] = read('out/a.sarif').runs[0].results;
  expect(first.locations[0].physicalLocation.artifactLocation.uri).toBe('db/migrations/001_a.sql');
  expect(read('b.json').findings[0].place.file).toBe('migrations/001_a.sql');
  expect(read('c.json')[0].location.path).toBe('db/migrations/001_a.sql');
});

test('annotations and the summary name paths of the repository, with links to the commit', async () => {
  const root = project({ ...BAD, 'summary.md': 'before\n' });
  const env = {
    GITHUB_STEP_SUMMARY: join(root, 'summary.md'),
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_REPOSITORY: 'o/r',
    GITHUB_SHA: 'abc',
  };
  const { stdout } = await lint(root, ['--format', 'github'], env);
  expect(stdout).toContain('::error file=db/migrations/001_a.sql,line=2');
  const summary = readFileSync(join(root, 'summary.md'), 'utf8');
  expect(summary).toMatch(/^before\n## ❌ strata lint: /);
  expect(summary).toContain('(https://github.com/o/r/blob/abc/db/migrations/001_a.sql#L2)');
});

test('without --format github there is no summary; one that cannot be written is a warning', async () => {
  const root = project({ ...BAD, 'summary.md': '' });
  await lint(root, [], { GITHUB_STEP_SUMMARY: join(root, 'summary.md') });
  expect(readFileSync(join(root, 'summary.md'), 'utf8')).toBe('');
  const ran = await lint(root, ['--format', 'github'], { GITHUB_STEP_SUMMARY: join(root, 'no/such/folder') });
  expect([ran.status, ran.stderr]).toEqual([1, expect.stringContaining('the job summary was not written: ENOENT')]);
});

test('what cannot be understood is refused before anything runs', async () => {
  for (const given of ['sarif', 'xml=a.xml', 'sarif=', '=a']) {
    const ran = await lint(project(BAD), ['--report', given]);
    expect(ran).toMatchObject({ status: 2, stdout: '' });
    expect(ran.stderr).toContain(`--report cannot be "${given}"`);
  }
});

test('a file that cannot be written: what was found is still printed, and the status is not 0', async () => {
  const root = project({ 'db/migrations/001_a.sql': '', 'db/taken': '' });
  const ran = await strata(
    ['status', '--cwd', 'db', '--report', 'json=taken/x.json', '--database-url', 'postgresql://127.0.0.1:1/x'],
    { cwd: root },
  );
  expect(ran).toMatchObject({ status: 3, stderr: expect.stringContaining('REPORT_UNWRITTEN') });
  const lost = await strata(['completion', 'bash', '--report', 'json=db/taken/x.json'], { cwd: root });
  expect(lost).toMatchObject({ status: 2, stdout: expect.stringContaining('complete') });
  expect(lost.stderr).toContain('the report db/taken/x.json cannot be written [REPORT_UNWRITTEN]');
});

test('a command that fails is reported in the files as well, at a place that code scanning takes', async () => {
  const root = project({ 'db/migrations/001_a.sql': '' });
  const args = ['status', '--cwd', 'db', '--report', 'sarif=x.sarif', '--database-url', 'postgresql://127.0.0.1:1/x'];
  expect((await strata(args, { cwd: root, env: { CI_PROJECT_DIR: root } })).status).toBe(3);
  const [result] = JSON.parse(readFileSync(join(root, 'db/x.sarif'), 'utf8')).runs[0].results;
  expect(result).toMatchObject({ ruleId: 'error/CONNECT_FAILED', level: 'error' });
  expect(result.locations[0].physicalLocation.artifactLocation.uri).toBe('db/strata.lock.json');
});
