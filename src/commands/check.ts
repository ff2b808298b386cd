/**
 * `strata check`: what CI runs. The other commands' own work, one after the other in one process, and one report. It judges
 * what the repository promises, on scratch databases; with --live the live database as well. What a check judged is
 * counted: a check that judged nothing has not passed.
 */
import { type Code, ToolError } from '../base/errors.ts';
import { type Block, type Finding, finding, type Outcome, outcome } from '../base/finding.ts';
import { withTask } from '../base/runtime.ts';
import type { Counts } from './check-cache.ts';
import { CHECKS, type Check } from './check-kinds.ts';
import { type Memory, memoryOf } from './check-memory.ts';
import { unless } from './check-repository.ts';
import type { Context, Options } from './command.ts';

export interface CheckData {
  readonly checks: readonly Checked[];
}

export interface Checked {
  readonly check: string;
  /** What was judged, by what it is: `{ migrations: 31, statements: 412, rules: 40 }`. */
  readonly judged: Counts;
  readonly findings: number;
  readonly milliseconds: number;
  /** When an earlier run judged the same and found nothing, ISO 8601: this one took its word. Null: it was judged now. */
  readonly cached: string | null;
  /** Why it is judged each time; null: it is not, or never could be. */
  readonly uncached: string | null;
}

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

interface Done {
  readonly checked: Checked;
  readonly found: readonly Finding[];
}

async function one(context: Context, options: Options, name: string): Promise<Done> {
  const { runtime } = context;
  const check = CHECKS[name];
  if (!check) throw new ToolError('BUG', `no check ${name}`);
  const since = runtime.ticks();
  const { checked, found } = await withTask(
    runtime,
    { id: `check ${name}`, title: `${name}: ${check.title}` },
    async () => {
      const memory = await memoryOf(context, options, name, check);
      return recalled(name, memory) ?? judged(context, options, { name, check, memory });
    },
    ({ checked: { findings, cached } }) => (cached ? `nothing has changed since ${cached}` : `${findings} findings`),
  );
  return { checked: { ...checked, milliseconds: Math.round(runtime.ticks() - since) }, found };
}

function recalled(name: string, { recalled: known }: Memory): Done | null {
  if (!known) return null;
  const { judged: counts, at } = known;
  return {
    checked: { check: name, judged: counts, findings: 0, milliseconds: 0, cached: at, uncached: null },
    found: [],
  };
}

interface Judging {
  readonly name: string;
  readonly check: Check;
  readonly memory: Memory;
}

async function judged(context: Context, options: Options, { name, check, memory }: Judging): Promise<Done> {
  const result = await check.work(context, options).catch((thrown: unknown) => failed(name, thrown));
  const counts = check.count(result.data as Counts, context);
  const found = [...result.findings, ...(result.ok ? nothing(context, name, check, counts) : [])];
  const lost = result.ok && found.length === 0 ? await memory.keep(counts) : null;
  if (lost) context.runtime.emit({ kind: 'note', level: 'warning', text: lost });
  const about = { check: name, judged: counts, findings: found.length, milliseconds: 0 };
  return { checked: { ...about, cached: null, uncached: memory.reason }, found };
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

function view(checks: readonly Checked[]): readonly Block[] {
  const rows = checks.map(({ check, judged: counts, findings, milliseconds, cached }) => [
    check,
    Object.entries(counts)
      .map(([what, many]) => `${many} ${what}`)
      .join(', '),
    { text: String(findings), tone: findings > 0 ? ('warn' as const) : ('good' as const) },
    cached ? 'cached' : `${(milliseconds / 1000).toFixed(2)} s`,
  ]);
  const table: Block = { kind: 'table', head: ['check', 'judged', 'findings', 'time'], rows };
  return [table, ...cacheNotes(checks).map((text): Block => ({ kind: 'text', text, tone: 'quiet' }))];
}

function cacheNotes(checks: readonly Checked[]): readonly string[] {
  const kept = checks.filter(({ cached }) => cached);
  const since = kept.map(({ cached }) => cached ?? '').sort()[0];
  const reasons = [...new Set(checks.flatMap(({ uncached }) => uncached ?? []))];
  return [
    ...(since
      ? [
          `${kept.length} of ${checks.length} checks rest on what has not changed since ${since}; judge them anew with --no-cache`,
        ]
      : []),
    ...reasons.map((reason) => `judged each time: ${reason}`),
  ];
}
