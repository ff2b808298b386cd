/** The pipelines of examples/ci, and the one that init writes: valid for who reads them, and calling what exists. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { validateWorkflow } from '@action-validator/core';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { compileSchema } from '../../src/base/validate.ts';
import { GLOBAL_FLAGS, leaves } from '../../src/commands/cards.ts';
import { WORKFLOW } from '../../src/commands/init-files.ts';
import { FORMATS } from '../../src/report/report.ts';
import { built } from '../support/build.ts';
import { withTestDatabase } from '../support/database.ts';
import { project, strata, write } from '../support/project.ts';

const FOLDER = 'examples/ci';
const textOf = (file: string): string => readFileSync(join(FOLDER, file), 'utf8');
const FILES = readdirSync(FOLDER).sort();
const PIPELINES: readonly (readonly [string, string])[] = [
  ...FILES.map((file) => [file, textOf(file)] as const),
  ['the workflow of init', WORKFLOW],
];

test('all kinds are there', () => {
  expect(FILES).toEqual(['github-actions.yml', 'gitlab-ci.yml', 'pre-commit-config.yaml', 'pre-commit.sh']);
});

test.each(PIPELINES)('%s calls strata as it is', (_, text) => {
  const calls = callsIn(text);
  expect(calls.length).toBeGreaterThan(0);
  expect(calls.flatMap(faults)).toEqual([]);
});

test('what does not exist would be found', () => {
  const wrong = ['chekc', 'check --nope', 'check --format xml', 'check --report xml=x', 'check --report x.sarif'];
  expect(wrong.map((call) => `strata ${call}`).flatMap(faults)).toHaveLength(wrong.length);
});

describe('GitHub Actions', () => {
  test.each([
    ['the example', textOf('github-actions.yml')],
    ['the workflow of init', WORKFLOW],
  ])('%s is a valid workflow', (_, text) => {
    expect(validateWorkflow(text).errors).toEqual([]);
    expect(Object.keys(parse(text).jobs)).not.toEqual([]);
  });

  test('what is in comments is valid, too', () => {
    const all = textOf('github-actions.yml').replace(
      /^( +)# (?=- uses: github\/codeql| {2}(?:if|with| {2}sarif))/gm,
      '$1',
    );
    expect(all).toContain('\n      - uses: github/codeql-action/upload-sarif');
    expect(validateWorkflow(all).errors).toEqual([]);
  });

  test('an invalid one would be found', () => {
    expect(validateWorkflow('on: push\njobs: {a: {runs-on: x, stepz: []}}\n').errors).not.toEqual([]);
  });
});

test('GitLab: every key is one that GitLab has, and the reports are files that the script writes', () => {
  const text = textOf('gitlab-ci.yml');
  const pipeline = parse(text);
  expect(compileSchema(GITLAB)(pipeline)).toEqual([]);
  const [job] = Object.values(pipeline) as { script: string[]; artifacts: { reports: Record<string, string> } }[];
  for (const file of Object.values(job?.artifacts.reports ?? {})) expect(job?.script.join('\n')).toContain(`=${file}`);
});

/** The keywords of a job that the example may use, from GitLab's CI/CD YAML reference. */
const STRING = { type: 'string' };
const GITLAB = {
  type: 'object',
  additionalProperties: {
    type: 'object',
    required: ['script'],
    additionalProperties: false,
    properties: {
      image: STRING,
      services: {
        type: 'array',
        items: {
          type: 'object',
          required: ['name'],
          additionalProperties: false,
          properties: { name: STRING, alias: STRING },
        },
      },
      variables: { type: 'object', additionalProperties: STRING },
      script: { type: 'array', minItems: 1, items: STRING },
      cache: {
        type: 'object',
        additionalProperties: false,
        properties: {
          key: { type: ['string', 'object'] },
          paths: { type: 'array', items: STRING },
          when: { enum: ['always', 'on_success', 'on_failure'] },
        },
      },
      artifacts: {
        type: 'object',
        additionalProperties: false,
        properties: {
          when: { enum: ['always', 'on_success', 'on_failure'] },
          reports: { type: 'object', additionalProperties: false, properties: { codequality: STRING, junit: STRING } },
        },
      },
    },
  },
};

describe('pre-commit', () => {
  test('the framework gets a hook of the keys that it knows, for the files that are judged', () => {
    const { repos } = parse(textOf('pre-commit-config.yaml'));
    expect(repos).toMatchObject([{ repo: 'local', hooks: [{ language: 'system', pass_filenames: false }] }]);
    const keys = ['id', 'name', 'language', 'entry', 'files', 'pass_filenames'];
    expect(Object.keys(repos[0].hooks[0]).sort()).toEqual(keys.sort());
    const files = new RegExp(repos[0].hooks[0].files);
    for (const judged of ['migrations/001_a.sql', 'seeds/demo/1.json', 'strata.lock.json', 'strata.config.ts']) {
      expect(files.test(judged)).toBe(true);
    }
    expect(files.test('src/migrations.ts')).toBe(false);
  });

  test('the shell hook lets what is right into git, and stops what is not', async () => {
    await built();
    const cwd = project();
    const git = (...args: string[]) =>
      spawnSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], { cwd, encoding: 'utf8' });
    git('init', '-q');
    mkdirSync(join(cwd, 'node_modules/.bin'), { recursive: true });
    symlinkSync(resolve('bin/strata.js'), join(cwd, 'node_modules/.bin/strata'));
    copyFileSync(join(FOLDER, 'pre-commit.sh'), join(cwd, '.git/hooks/pre-commit'));
    chmodSync(join(cwd, '.git/hooks/pre-commit'), 0o755);
    write(cwd, { 'README.md': 'nothing to judge' });
    git('add', '.');
    expect(git('commit', '-qm', 'no migration at all')).toMatchObject({ status: 0 });
    write(cwd, { 'migrations/001_a.sql': '-- Up Migration\nCREATE TABEL a ();\n' });
    git('add', '.');
    const refused = git('commit', '-qm', 'does not parse');
    expect(refused.status, refused.stderr).toBe(1);
    expect(refused.stdout + refused.stderr).toContain('migrations/001_a.sql');
    write(cwd, {
      'migrations/001_a.sql':
        '-- Up Migration\nCREATE TABLE a (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY);\n-- Down Migration\nDROP TABLE a;\n',
    });
    git('add', '.');
    const taken = git('commit', '-qm', 'right');
    expect(taken.status, taken.stdout + taken.stderr).toBe(0);
  });
});

test('the check of the workflow passes on what init has written', () =>
  withTestDatabase(async (target) => {
    const cwd = project();
    await strata(['init'], { cwd });
    for (const call of callsIn(WORKFLOW)) {
      const ran = await strata(call.split(' ').slice(1), { cwd, target });
      expect(ran, ran.stdout + ran.stderr).toMatchObject({ status: 0 });
    }
  }));

test('the calls of the examples write the reports that they name', async () => {
  const cwd = project();
  await strata(['init'], { cwd });
  const calls = [...callsIn(textOf('github-actions.yml')), ...callsIn(textOf('gitlab-ci.yml'))];
  const summary = join(cwd, 'summary.md');
  for (const call of calls) {
    // Files alone: no server is needed to see what is written.
    const args = [...call.split(' ').slice(1), '--only', 'verify,lint'];
    const ran = await strata(args, { cwd, env: { GITHUB_STEP_SUMMARY: summary } });
    expect(ran.status, ran.stdout + ran.stderr).toBe(0);
  }
  for (const file of ['strata.sarif', 'gl-code-quality-report.json']) JSON.parse(readFileSync(join(cwd, file), 'utf8'));
  expect(existsSync(join(cwd, 'strata-check.xml'))).toBe(true);
  expect(readFileSync(summary, 'utf8')).toMatch(/^## ✅ strata check/);
});

test('the shell hook is a shell script', () => {
  execFileSync('sh', ['-n', join(FOLDER, 'pre-commit.sh')]);
});

function callsIn(text: string): string[] {
  const commands = text.split('\n').filter((line) => !line.trimStart().startsWith('#'));
  return commands.flatMap((line) => /\bnpx (strata [^>|&]*)/.exec(line)?.[1]?.trim() ?? []);
}

function faults(call: string): string[] {
  const words = call.split(/\s+/).slice(1);
  const leaf = leaves().find(({ path }) => path.every((word, at) => words[at] === word));
  if (!leaf) return [`${call}: no such command`];
  const flags = [...GLOBAL_FLAGS, ...(leaf.card.flags ?? [])];
  return words.flatMap((word, at) => {
    if (!word.startsWith('--')) return [];
    const flag = flags.find(({ name }) => `--${name}` === word);
    if (!flag) return [`${call}: no flag ${word}`];
    const value = words[at + 1] ?? '';
    const wrong = word === '--report' ? !isReport(value) : flag.choices && !flag.choices.includes(value);
    return wrong ? [`${call}: no ${word} ${value}`] : [];
  });
}

function isReport(value: string): boolean {
  const [format, file = ''] = value.split('=');
  return FORMATS.some((one) => one === format) && file !== '';
}
