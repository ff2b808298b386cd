/**
 * `strata check`: what CI runs. The other commands' own work, one after the other in one process, and one report. It judges
 * what the repository promises, on scratch databases; with --live the live database as well. What a check judged is
 * counted: a check that judged nothing has not passed.
 */
import { type Code, ToolError } from '../base/errors.ts';
import { type Block, type Finding, finding, type Outcome, outcome } from '../base/finding.ts';
import { withTask } from '../base/runtime.ts';
import { setNames } from '../seed/dataset.ts';
import { generatorOf } from '../seed/generated.ts';
import { typesOfMigrations, verifyFiles } from './check-repository.ts';
import type { Context, Options, Run } from './command.ts';
import { run as cycle } from './cycle.ts';
import { run as drift } from './drift.ts';
import { run as lint } from './lint.ts';
import { run as seed } from './seed.ts';
import { run as verify } from './verify.ts';

export interface CheckData {
  readonly checks: readonly Checked[];
}

export interface Checked {
  readonly check: string;
  /** What was judged, by what it is: `{ migrations: 31, statements: 412, rules: 40 }`. */
  readonly judged: Counts;
  readonly findings: number;
  readonly milliseconds: number;
}

type Counts = Readonly<Record<string, number>>;

interface Check {
  readonly title: string;
  readonly work: Run;
  /** The counts, from the data of the outcome. The first one must not be zero. */
  readonly count: (data: Counts, context: Context) => Counts;
  /** Why nothing was judged, where that is no fault; null: it is one. */
  readonly mayBeNothing?: (context: Context) => string | null;
}

/** In the order in which they run: what needs no database first. */
const CHECKS: Readonly<Record<string, Check>> = {
  verify: {
    title: 'files and lock file',
    work: async (context, { live }) => {
      const files = verifyFiles(context);
      if (live !== true) return files;
      const database = await verify(context, { args: [] });
      const data = { applied: (database.data as { readonly checked: number }).checked, ...files.data };
      return outcome(data, [], [...files.findings, ...unless(files.findings, database.findings)]);
    },
    count: ({ applied, files = 0, locked = 0 }) => ({ ...(applied === undefined ? {} : { applied }), files, locked }),
  },
  lint: {
    title: 'lint, both directions',
    work: (context, { live }) => lint(context, { args: [], all: true, offline: live !== true }),
    count: ({ statements = 0, files = 0, rules = 0 }) => ({ statements, files, rules }),
  },
  seed: {
    title: 'seed files',
    work: async (context) => {
      const args = setNames(seedPlace(context));
      return args.length === 0 ? outcome({ rows: 0 }, []) : seed(context, { args, validateOnly: true });
    },
    count: ({ rows = 0 }, context) => {
      const place = seedPlace(context);
      const sets = setNames(place);
      const programs = sets.filter((name) => generatorOf(place, name)).length;
      // Sets without a row or a program are as good as none, and worse: somebody believes they hold something.
      return { sets: rows + programs === 0 ? 0 : sets.length, rows, programs };
    },
    mayBeNothing: (context) => (setNames(seedPlace(context)).length === 0 ? 'there is no seed set' : null),
  },
  cycle: {
    title: 'up, down and up of each migration',
    work: (context) => cycle(context, { args: [] }),
    count: ({ cycled = 0 }) => ({ migrations: cycled }),
  },
  types: {
    title: 'generated types',
    work: typesOfMigrations,
    count: ({ relations = 0, routines = 0 }) => ({ objects: relations + routines, relations, routines }),
  },
  drift: {
    title: 'live database',
    work: (context) => drift(context, { args: [] }),
    count: ({ migrations = 0 }) => ({ migrations }),
  },
};

export async function run(context: Context, options: Options): Promise<Outcome<CheckData>> {
  const findings: Finding[] = [];
  const checks: Checked[] = [];
  for (const name of chosen(options)) {
    context.runtime.signal.throwIfAborted();
    const { checked, found } = await one(context, options, name);
    checks.push(checked);
    // Faults of the migrations folder are told by several checks, and are one each.
    findings.push(...unless(findings, found));
  }
  return outcome({ checks }, view(checks), findings);
}

function unless(told: readonly Finding[], found: readonly Finding[]): readonly Finding[] {
  const known = new Set(told.map(({ fingerprint }) => fingerprint));
  return found.filter(({ fingerprint }) => !known.has(fingerprint));
}

/** Throws USAGE for names that are no check, for a choice of nothing, and for `drift` without a live database to look at. */
function chosen(options: Options): readonly string[] {
  const [only, skip] = [names(options, 'only'), names(options, 'skip')];
  if (options.live !== true && only.includes('drift')) {
    throw new ToolError('USAGE', 'drift is a check of the live database', {
      hint: 'Add --live, or call: strata drift',
    });
  }
  const left = Object.keys(CHECKS).filter(
    (name) => (only.length === 0 || only.includes(name)) && !skip.includes(name) && (name !== 'drift' || options.live),
  );
  if (left.length > 0) return left;
  throw new ToolError('USAGE', '--only and --skip leave no check to run', { hint: 'Skip fewer checks.' });
}

/** Given several times, or once with commas. */
function names(options: Options, flag: 'only' | 'skip'): readonly string[] {
  const given = (options[flag] as readonly string[] | undefined) ?? [];
  const all = given.flatMap((text) => text.split(',')).map((name) => name.trim());
  const unknown = all.find((name) => !Object.hasOwn(CHECKS, name));
  if (unknown === undefined) return all;
  throw new ToolError('USAGE', `--${flag}: there is no check "${unknown}"`, {
    hint: `The checks are: ${Object.keys(CHECKS).join(', ')}`,
  });
}

async function one(
  context: Context,
  options: Options,
  name: string,
): Promise<{ readonly checked: Checked; readonly found: readonly Finding[] }> {
  const { runtime } = context;
  const check = CHECKS[name];
  if (!check) throw new ToolError('BUG', `no check ${name}`);
  const since = runtime.ticks();
  const result = await withTask(
    runtime,
    { id: `check ${name}`, title: `${name}: ${check.title}` },
    () => check.work(context, options).catch((thrown: unknown) => failed(name, thrown)),
    ({ findings }) => `${findings.length} findings`,
  );
  const judged = check.count(result.data as Counts, context);
  const found = [...result.findings, ...(result.ok ? nothing(context, name, check, judged) : [])];
  const milliseconds = Math.round(runtime.ticks() - since);
  return { checked: { check: name, judged, findings: found.length, milliseconds }, found };
}

/** Faults of the repository: the other checks still have something to say. A server that is away is no finding. */
const FAULTS: ReadonlySet<Code> = new Set<Code>([
  'LOCK_FILE_INVALID',
  'MIGRATION_FAILED',
  'MIGRATION_FILES',
  'MIGRATION_INVALID',
  'MIGRATION_MISSING',
  'MIGRATION_THREW',
  'PART_INVALID',
]);

function failed(name: string, thrown: unknown): Outcome {
  if (!(thrown instanceof ToolError) || !FAULTS.has(thrown.code)) throw thrown;
  const { detail, hint, findings = [] } = thrown.more;
  const told = finding({
    code: 'check/failed',
    level: 'error',
    subject: name,
    message: [`${name} could not judge: ${thrown.message}`, detail].filter(Boolean).join('\n'),
    ...(hint === undefined ? {} : { hint }),
  });
  return outcome({}, [], [told, ...findings]);
}

/** Zero of what a check is about is a fault of its own, unless the check has said so itself. */
function nothing(context: Context, name: string, check: Check, judged: Counts): readonly Finding[] {
  const [[what, many] = ['', 0]] = Object.entries(judged);
  if (many > 0) return [];
  const reason = check.mayBeNothing?.(context) ?? null;
  const input = {
    code: 'check/nothing',
    level: reason ? 'note' : 'error',
    subject: name,
    message: `${name} judged nothing: ${reason ?? `0 ${what}`}`,
    hint: `If that is right: strata check --skip ${name}`,
  } as const;
  return [finding(input)];
}

function seedPlace({ config }: Context): Parameters<typeof setNames>[0] {
  return { root: config.root, seeds: config.seeds, schema: config.schemas[0] ?? 'public' };
}

function view(checks: readonly Checked[]): readonly Block[] {
  const rows = checks.map(({ check, judged, findings, milliseconds }) => [
    check,
    Object.entries(judged)
      .map(([what, many]) => `${many} ${what}`)
      .join(', '),
    { text: String(findings), tone: findings > 0 ? ('warn' as const) : ('good' as const) },
    `${(milliseconds / 1000).toFixed(2)} s`,
  ]);
  return [{ kind: 'table', head: ['check', 'judged', 'findings', 'time'], rows }];
}
