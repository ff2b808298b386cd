/**
 * `strata lint --fix`: pending migrations rewritten to their safe form, what must come later added behind the last one, and
 * the lock file brought along. What was written is compiled and linted again; when that fails, every file is as it was.
 */
import { ToolError } from '../base/errors.ts';
import { type Block, type Finding, type Outcome, outcome } from '../base/finding.ts';
import type { Statement } from '../base/plan.ts';
import { takenApart } from '../lint/apart.ts';
import { isAbout } from '../lint/candidates.ts';
import { type Facts, NO_FACTS } from '../lint/facts.ts';
import { fixesFor, type Left } from '../lint/fix.ts';
import { judge } from '../lint/judge.ts';
import { readFacts } from '../lint/live.ts';
import type { Subject } from '../lint/subject.ts';
import { LOCK_FILE } from '../migrate/lockfile.ts';
import type { MigrationFile } from '../migrate/model.ts';
import { unifiedDiff } from '../report/diff.ts';
import { acceptedOf } from './accepted.ts';
import type { Context, Options } from './command.ts';
import { withDatabase } from './database.ts';
import { type Compiled, compileForLint } from './lint-compile.ts';
import { lockAgain, type Write, writesOf, writing } from './lint-fix-write.ts';
import { sqlOf, subjectOf } from './lint-subject.ts';
import { loadHistory, loadProject, type Project } from './project.ts';

export interface LintFixData {
  readonly dryRun: boolean;
  /** Migrations that were (or would be) changed and added, by path. */
  readonly changed: readonly string[];
  readonly added: readonly string[];
  readonly mended: number;
  /** Findings of rules that --fix knows, and why it left them. */
  readonly left: readonly { readonly code: string; readonly subject: string; readonly why: string }[];
}

/** `wanted`: the files to be mended; null: every pending one. Throws USAGE when one of them is applied. */
export async function fix(
  context: Context,
  options: Options,
  project: Project,
  wanted: readonly MigrationFile[] | null,
): Promise<Outcome<LintFixData>> {
  if (options.offline === true || options.all === true) {
    throw new ToolError('USAGE', '--fix needs the database: only it knows what is applied already', {
      hint: 'Leave --offline and --all out: strata lint --fix --dry-run',
    });
  }
  const { pending, compiled, facts } = await pendingWithFacts(context, project, wanted);
  const before = await judged(context, compiled, compiled.migrations.map(subjectOf), facts);
  const asked = wanted ? new Set(wanted.map(({ name }) => name)) : null;
  const isAsked = ({ message }: Finding): boolean => !asked || asked.has(message.split(' (', 1)[0] ?? '');
  const apart = await judgedApart(context, before, isAsked, facts);
  const fixes = await fixesFor(apart.subjects, apart.findings.filter(isAsked), facts);
  const writes = writesOf(context, project, fixes, before.subjects);
  const dryRun = options.dryRun === true;
  const mended = new Set(fixes.fixes.flatMap((one) => one.mended));
  const written = !dryRun && writes.length > 0;
  const unwritten = mended.size > 0 ? withoutMended(apart, mended) : before;
  const after = written ? await applied(context, project, writes, { facts, pending }) : unwritten;
  const data: LintFixData = {
    dryRun,
    changed: writes.filter(({ before: text }) => text !== null).map(({ file }) => file),
    added: writes.filter(({ before: text }) => text === null).map(({ file }) => file),
    mended: mended.size,
    left: fixes.left.map(({ finding: { code, subject }, why }) => ({ code, subject, why })),
  };
  return outcome(data, view(data, writes, fixes.left), [...after.faults, ...after.findings]);
}

async function pendingWithFacts(
  context: Context,
  project: Project,
  wanted: readonly MigrationFile[] | null,
): Promise<{ readonly pending: readonly MigrationFile[]; readonly compiled: Compiled; readonly facts: Facts }> {
  return withDatabase(
    context,
    async (session) => {
      const done = new Set((await loadHistory(context, session, project)).applied.map(({ version }) => version));
      const old = wanted?.find(({ version }) => done.has(version));
      if (old) {
        throw new ToolError('USAGE', `${old.file} is applied: --fix changes pending migrations alone`, {
          hint: 'What it did is mended by a new migration: strata new',
        });
      }
      const pending = project.files.filter(({ version }) => !done.has(version));
      const compiled = await compileForLint(project, pending);
      if (pending.length === 0) return { pending, compiled, facts: NO_FACTS };
      const { schemas } = context.config;
      const facts = await readFacts(session, { schemas, mentioned: sqlOf(compiled.migrations) });
      return { pending, compiled, facts };
    },
    { setup: 'SET default_transaction_read_only = on' },
  );
}

interface Judged extends Compiled {
  readonly subjects: readonly Subject[];
  readonly findings: readonly Finding[];
}

/** The same migrations, each ALTER TABLE that can be mended in part as several. */
async function judgedApart(
  context: Context,
  before: Judged,
  isAsked: (finding: Finding) => boolean,
  facts: Facts,
): Promise<Judged> {
  const found = before.findings.filter(isAsked);
  const subjects: Subject[] = [];
  for (const subject of before.subjects) {
    const blamed = (statement: Statement): boolean => found.some((one) => isAbout(one, subject, statement));
    subjects.push(await takenApart(subject, facts, blamed));
  }
  const same = subjects.every((subject, index) => subject === before.subjects[index]);
  return same ? before : await judged(context, before, subjects, facts);
}

/** What would be left: a statement that takes another form takes its other findings along. */
function withoutMended(before: Judged, mended: ReadonlySet<Finding>): Judged {
  const places = new Set([...mended].map(({ place }) => `${place?.file}:${place?.line}:${place?.column}`));
  const findings = before.findings.filter(({ place }) => !places.has(`${place?.file}:${place?.line}:${place?.column}`));
  return { ...before, findings };
}

/** Findings that neither a comment nor the configuration accepts. */
async function judged(
  { config }: Context,
  compiled: Compiled,
  subjects: readonly Subject[],
  facts: Facts,
): Promise<Judged> {
  const { rules: levels, naming, smallRows } = config.lint;
  const accepted = acceptedOf(config);
  const { findings } = await judge(subjects, { facts, levels, naming, smallRows });
  return { ...compiled, subjects, findings: findings.filter(({ fingerprint }) => !accepted.has(fingerprint)) };
}

/** Writes everything, or leaves everything as it was. Gives what lint says of the result. */
async function applied(
  context: Context,
  project: Project,
  writes: readonly Write[],
  { facts, pending }: { readonly facts: Facts; readonly pending: readonly MigrationFile[] },
): Promise<Judged> {
  const { root } = context.config;
  return await writing(root, writes, async () => {
    const now = loadProject(context);
    const old = new Set(project.files.map(({ version }) => version));
    const waiting = new Set(pending.map(({ version }) => version));
    const files = now.files.filter(({ version }) => waiting.has(version) || !old.has(version));
    const compiled = await compileForLint(now, files);
    const result = await judged(context, compiled, compiled.migrations.map(subjectOf), facts);
    const broken = result.faults.find(({ place }) => writes.some(({ file }) => file === place?.file));
    if (broken)
      throw new ToolError('BUG', `the rewritten ${broken.subject} does not compile`, { detail: broken.message });
    lockAgain(root, project, now);
    return result;
  });
}

function view(
  { dryRun, changed, added, mended }: LintFixData,
  writes: readonly Write[],
  left: readonly Left[],
): Block[] {
  const blocks: Block[] = writes.map(({ file, before, after }) => ({
    kind: 'verbatim',
    text: unifiedDiff(file, before, after),
  }));
  const would = dryRun ? 'would be ' : '';
  const sum =
    mended === 0
      ? 'nothing to mend'
      : `${mended} findings ${would}mended: ${changed.length} migrations ${would}changed, ${added.length} ${would}added`;
  const reasons = left.map(
    ({ finding, why }): Block => ({
      kind: 'text',
      text: `left: ${finding.subject} (${finding.code}): ${why}`,
      tone: 'warn',
    }),
  );
  const lock = !dryRun && mended > 0 ? `; ${LOCK_FILE} follows where there is one` : '';
  return [...blocks, { kind: 'text', text: sum + lock, tone: 'strong' }, ...reasons];
}
