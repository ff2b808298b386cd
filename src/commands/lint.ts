/**
 * `strata lint`: the rules over pending migrations, with what the live database tells; or over given files, or all. What
 * is applied already is judged by its text alone, since the database is one step ahead of it.
 */
import { relative, resolve } from 'node:path';
import { ToolError } from '../base/errors.ts';
import { type Finding, finding, type Outcome, outcome } from '../base/finding.ts';
import { type Facts, NO_FACTS } from '../lint/facts.ts';
import { judge, type Verdict } from '../lint/judge.ts';
import { RULES } from '../lint/lint.ts';
import { readFacts } from '../lint/live.ts';
import type { MigrationFile } from '../migrate/model.ts';
import { acceptedOf, ignoreFindings } from './accepted.ts';
import type { Context, Options } from './command.ts';
import { withDatabase } from './database.ts';
import { type Compiled, compileForLint } from './lint-compile.ts';
import type { LintFixData } from './lint-fix.ts';
import { sqlOf, subjectOf } from './lint-subject.ts';
import { loadHistory, loadProject, type Project } from './project.ts';

export interface LintData {
  readonly files: number;
  readonly statements: number;
  readonly rules: number;
  /** Findings accepted by comments, and by fingerprints of the configuration. */
  readonly ignored: number;
  /** Whether a live database helped to judge. */
  readonly live: boolean;
}

export async function run(context: Context, options: Options): Promise<Outcome<LintData | LintFixData>> {
  const project = loadProject(context);
  const offline = options.offline === true;
  const given = options.args.length > 0 ? options.args.map((name) => find(context, project, name)) : null;
  if (options.fix === true) return (await import('./lint-fix.ts')).fix(context, options, project, given);
  if (options.dryRun === true) {
    throw new ToolError('USAGE', '--dry-run belongs to --fix', {
      hint: 'Either: strata lint, or: strata lint --fix --dry-run',
    });
  }
  const wanted = given ?? (offline || options.all === true ? project.files : null);
  const verdicts = offline
    ? [await judgeFiles(context, project, wanted ?? [])]
    : await judgeLive(context, project, wanted);
  return report(context, project, verdicts, !offline);
}

/** Applied ones first, by their text; then what is pending, with facts. */
async function judgeLive(
  context: Context,
  project: Project,
  wanted: readonly MigrationFile[] | null,
): Promise<readonly Verdict[]> {
  const setup = 'SET default_transaction_read_only = on';
  return withDatabase(
    context,
    async (session) => {
      const applied = new Set((await loadHistory(context, session, project)).applied.map(({ version }) => version));
      const pending = (wanted ?? project.files).filter(({ version }) => !applied.has(version));
      const done = wanted?.filter(({ version }) => applied.has(version)) ?? [];
      const old = done.length > 0 ? [await judgeFiles(context, project, done)] : [];
      if (pending.length === 0) return old;
      const compiled = await compileForLint(project, pending);
      const { schemas } = context.config;
      const mentioned = sqlOf(compiled.migrations);
      return [...old, await judgeCompiled(context, compiled, await readFacts(session, { schemas, mentioned }))];
    },
    { setup },
  );
}

async function judgeFiles(context: Context, project: Project, files: readonly MigrationFile[]): Promise<Verdict> {
  return judgeCompiled(context, await compileForLint(project, files), NO_FACTS);
}

async function judgeCompiled({ config }: Context, compiled: Compiled, facts: Facts): Promise<Verdict> {
  const { rules: levels, naming, smallRows } = config.lint;
  const verdict = await judge(compiled.migrations.map(subjectOf), { facts, levels, naming, smallRows });
  const files = verdict.files + compiled.faults.length;
  return { ...verdict, files, findings: [...compiled.faults, ...verdict.findings] };
}

/** By path, from where the command is called or from the project folder; or by version or name. */
function find({ config, runtime }: Context, project: Project, name: string): MigrationFile {
  const paths = [resolve(runtime.cwd, name), resolve(config.root, name)];
  const wanted = paths.map((path) => relative(config.root, path).replaceAll('\\', '/'));
  const found = project.files.find(
    (file) =>
      wanted.includes(file.file) ||
      (file.downFile && wanted.includes(file.downFile.file)) ||
      [file.version, file.name].includes(name),
  );
  if (found) return found;
  throw new ToolError('USAGE', `there is no migration ${name}`, {
    hint: `Give a file of ${config.migrations}, a name or a version: strata lint ${project.files.at(-1)?.file ?? ''}`.trim(),
  });
}

function report(context: Context, project: Project, verdicts: readonly Verdict[], live: boolean): Outcome<LintData> {
  const accepted = acceptedOf(context.config);
  const found = verdicts.flatMap(({ findings }) => findings);
  const left = found.filter(({ fingerprint }) => !accepted.has(fingerprint));
  const sum = (count: (verdict: Verdict) => number): number =>
    verdicts.reduce((total, verdict) => total + count(verdict), 0);
  const data: LintData = {
    files: sum(({ files }) => files),
    statements: sum(({ statements }) => statements),
    rules: Math.max(0, ...verdicts.map(({ rules }) => rules)),
    ignored: sum(({ ignored }) => ignored) + found.length - left.length,
    live,
  };
  const whole = data.files === project.files.length && data.files > 0;
  const all = whole ? new Set(found.map(({ fingerprint }) => fingerprint)) : null;
  const about = [...unknownRules(context), ...ignoreFindings(context.config, all)];
  const findings = [...project.findings, ...about, ...emptiness(context, project, data), ...left];
  return outcome(data, [{ kind: 'text', text: summary(data, left), tone: 'strong' }], findings);
}

/** A rule of the configuration that does not exist is a rule that silently does not hold. */
function unknownRules({ config }: Context): readonly Finding[] {
  const names = new Set(RULES.map(({ name }) => name));
  return Object.keys(config.lint.rules)
    .filter((name) => !names.has(name))
    .map((name) =>
      finding({
        code: 'lint/rule-unknown',
        level: 'error',
        subject: name,
        message: `lint.rules names ${name}, which is no rule`,
        hint: 'The names are in docs/lint.md.',
      }),
    );
}

/** Nothing judged passes only where nothing is pending: no files, or files without a statement, are a fault. */
function emptiness({ config }: Context, project: Project, { files, statements }: LintData): readonly Finding[] {
  if (statements > 0) return [];
  const about = { code: 'lint/nothing', subject: config.migrations } as const;
  if (project.files.length === 0) {
    const message = `there is no migration in ${config.migrations}`;
    return [finding({ ...about, level: 'error', message, hint: 'Look where the migrations are: strata status' })];
  }
  if (files === 0) {
    const message = 'nothing is pending, so nothing was judged';
    return [finding({ ...about, level: 'note', message, hint: 'Judge what is applied as well: strata lint --all' })];
  }
  const message = `${files} files hold no statement that could be judged`;
  return [finding({ ...about, level: 'error', message, hint: 'See the notes above for why.' })];
}

function summary({ files, statements, rules, ignored, live }: LintData, findings: readonly Finding[]): string {
  const by = live ? 'with the live database' : 'by their text alone';
  const also = ignored > 0 ? `, ${ignored} accepted` : '';
  return `${files} migrations, ${statements} statements judged by ${rules} rules ${by}: ${findings.length} findings${also}`;
}
