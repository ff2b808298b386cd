/** squawk's verdicts on the corpus, from the binary of the pinned package: one file a case, two processes in all. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { scriptOf } from './subjects.ts';

/** SQL of a case to the names of squawk's rules, sorted. */
export type Verdicts = Readonly<Record<string, readonly string[]>>;

/** One a line; lines that begin with `--` are headings. */
export function corpus(): readonly string[] {
  const lines = readFileSync('test/cases/lint/corpus.sql', 'utf8').split('\n');
  return lines.filter((line) => line !== '' && !line.startsWith('--'));
}

/** Rules that squawk has off. */
const OPT_IN = ['require-table-schema', 'prefer-repack', 'require-enum-value-ordering'];

/** Every rule, the ones that are off by default too; each case in or outside a transaction as strata would run it. */
export async function squawkVerdicts(cases: readonly string[]): Promise<Verdicts> {
  const folder = mkdtempSync(join(tmpdir(), 'strata-squawk-'));
  try {
    const verdicts: Record<string, string[]> = Object.fromEntries(cases.map((sql) => [sql, []]));
    for (const transactional of [true, false]) {
      const files = cases.flatMap((sql, index) => {
        if (scriptOf(sql).transactional !== transactional) return [];
        const file = join(folder, `${index}.sql`);
        writeFileSync(file, `${sql};\n`);
        return [file];
      });
      const options = ['--reporter=json', '--pg-version=17.0', ...OPT_IN.map((name) => `--include=${name}`)];
      const found = await squawk([...options, ...(transactional ? ['--assume-in-transaction'] : []), ...files]);
      for (const { file, rule_name } of found) {
        const sql = cases[Number(basename(file, '.sql'))] ?? '';
        if (!verdicts[sql]?.includes(rule_name)) verdicts[sql]?.push(rule_name);
      }
    }
    return Object.fromEntries(Object.entries(verdicts).map(([sql, rules]) => [sql, rules.sort()]));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Violation {
  readonly file: string;
  readonly rule_name: string;
}

/** It ends with 1 when it found something. */
function squawk(args: readonly string[]): Promise<readonly Violation[]> {
  return new Promise((resolve, reject) => {
    const path = 'node_modules/squawk-cli/js/bin/squawk';
    execFile(process.execPath, [path, ...args], { maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      if (error && error.code !== 1) reject(new Error(`squawk: ${stderr}`, { cause: error }));
      else resolve(JSON.parse(stdout) as readonly Violation[]);
    });
  });
}

export function squawkVersion(): string {
  const { version } = JSON.parse(readFileSync('node_modules/squawk-cli/package.json', 'utf8')) as { version: string };
  return version;
}

/** Everything that reads like a name in the list of rules of the installed binary, which holds them one behind the other. */
export function squawkNames(known: readonly string[]): { readonly runs: number; readonly unknown: readonly string[] } {
  const [platform = ''] = readdirSync('node_modules/@squawk-cli');
  const folder = join('node_modules/@squawk-cli', platform, 'bin');
  const text = readFileSync(join(folder, readdirSync(folder)[0] ?? ''), 'latin1');
  const lists = (text.match(/[a-z-]{300,}/g) ?? []).filter((run) => run.includes(known[0] ?? ''));
  const longest = known.toSorted((a, b) => b.length - a.length);
  const rest = lists.flatMap((list) => longest.reduce((left, name) => left.replaceAll(name, ' '), list).split(' '));
  return { runs: lists.length, unknown: rest.filter((word) => word.includes('-')) };
}
