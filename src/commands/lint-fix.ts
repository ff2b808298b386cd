/**
 * `strata lint --fix`: pending migrations rewritten to their safe form, what must come later added behind the last one, and
 * the lock file brought along. What was written is compiled and linted again; when that fails, every file is as it was.
 */
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { messageOf, ToolError } from '../base/errors.ts';
import { type Block, type Finding, type Outcome, outcome } from '../base/finding.ts';
import { sqlCall } from '../lint/edit.ts';
import { type Facts, NO_FACTS } from '../lint/facts.ts';
import { type Fixes, type FollowUp, fixesFor, type Left } from '../lint/fix.ts';
import { judge } from '../lint/judge.ts';
import { readFacts } from '../lint/live.ts';
import { LOCK_FILE, readLockFile, writeLockFile } from '../migrate/lockfile.ts';
import type { MigrationFile } from '../migrate/model.ts';
import { newMigration } from '../migrate/template.ts';
import { unifiedDiff } from '../report/diff.ts';
import { acceptedOf } from './accepted.ts';
import type { Context, Options } from './command.ts';
import { withDatabase } from './database.ts';
import { type Compiled, compileForLint } from './lint-compile.ts';
import { statementsOf, subjectOf } from './lint-subject.ts';
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
  const { pending, facts } = await pendingWithFacts(context, project, wanted);
  const before = await judged(context, project, pending, facts);
  const asked = wanted ? new Set(wanted.map(({ name }) => name)) : null;
  const subjects = before.migrations.map(subjectOf);
  const found = before.findings.filter(({ message }) => !asked || asked.has(message.split(' (', 1)[0] ?? ''));
  const fixes = await fixesFor(subjects, found, facts);
  const writes = writesOf(context, project, fixes);
  const dryRun = options.dryRun === true;
  const mended = new Set(fixes.fixes.flatMap((one) => one.mended));
  const written = !dryRun && writes.length > 0;
  const after = written ? await applied(context, project, writes, { facts, pending }) : withoutMended(before, mended);
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
): Promise<{ readonly pending: readonly MigrationFile[]; readonly facts: Facts }> {
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
      if (pending.length === 0) return { pending, facts: NO_FACTS };
      const { migrations } = await compileForLint(project, pending);
      const { schemas } = context.config;
      return { pending, facts: await readFacts(session, { schemas, mentioned: statementsOf(migrations) }) };
    },
    { setup: 'SET default_transaction_read_only = on' },
  );
}

interface Judged extends Compiled {
  readonly findings: readonly Finding[];
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
  project: Project,
  files: readonly MigrationFile[],
  facts: Facts,
): Promise<Judged> {
  const { migrations, faults } = await compileForLint(project, files);
  const { rules: levels, naming } = config.lint;
  const accepted = acceptedOf(config);
  const { findings } = await judge(migrations.map(subjectOf), { facts, levels, naming });
  return { migrations, faults, findings: findings.filter(({ fingerprint }) => !accepted.has(fingerprint)) };
}

interface Write {
  readonly file: string;
  /** Null: a new file. */
  readonly before: string | null;
  readonly after: string;
}

function writesOf({ config, runtime }: Context, { files }: Project, { fixes }: Fixes): readonly Write[] {
  const writes: Write[] = fixes.flatMap(({ subject, texts }) =>
    [...texts].map(([file, after]) => ({ file, before: subject.sources.get(file) ?? '', after })),
  );
  const known = [...files];
  for (const followUp of fixes.flatMap((one) => one.followUps)) {
    const bodies = bodiesOf(followUp);
    const { version, fileName, text } = newMigration({
      files: known,
      words: followUp.words,
      now: runtime.now(),
      bodies,
    });
    writes.push({ file: `${config.migrations}/${fileName}`, before: null, after: text });
    const last = known.at(-1);
    if (last) known.push({ ...last, version, file: `${config.migrations}/${fileName}` });
  }
  return writes;
}

function bodiesOf({ alone, up, down }: FollowUp) {
  return (language: 'sql' | 'script'): readonly [readonly string[], readonly string[]] => {
    const lines = (statements: readonly string[]): readonly string[] => {
      const marker = language === 'sql' ? '-- strata: no-transaction' : 'pgm.noTransaction();';
      const texts = statements.map((sql) => (language === 'sql' ? `${sql};` : sqlCall('pgm', sql)));
      return alone ? [marker, ...texts] : texts;
    };
    return [lines(up), lines(down)];
  };
}

/** Writes everything, or leaves everything as it was. Gives what lint says of the result. */
async function applied(
  context: Context,
  project: Project,
  writes: readonly Write[],
  { facts, pending }: { readonly facts: Facts; readonly pending: readonly MigrationFile[] },
): Promise<Judged> {
  const { root } = context.config;
  try {
    for (const { file, before, after } of writes) put(join(root, file), after, before === null);
    const now = loadProject(context);
    const old = new Set(project.files.map(({ version }) => version));
    const waiting = new Set(pending.map(({ version }) => version));
    const result = await judged(
      context,
      now,
      now.files.filter(({ version }) => waiting.has(version) || !old.has(version)),
      facts,
    );
    const broken = result.faults.find(({ place }) => writes.some(({ file }) => file === place?.file));
    if (broken)
      throw new ToolError('BUG', `the rewritten ${broken.subject} does not compile`, { detail: broken.message });
    lockAgain(root, project, now);
    return result;
  } catch (thrown) {
    for (const { file, before } of writes.toReversed()) {
      if (before === null) rmSync(join(root, file), { force: true });
      else put(join(root, file), before, false);
    }
    throw thrown;
  }
}

function put(path: string, text: string, fresh: boolean): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    if (fresh) writeFileSync(path, text, { flag: 'wx' });
    else {
      writeFileSync(`${path}.new`, text);
      renameSync(`${path}.new`, path);
    }
  } catch (thrown) {
    throw new ToolError('USAGE', `cannot write ${path}`, {
      detail: messageOf(thrown),
      hint: 'Look whether you may write into the folder. Nothing has been changed.',
      cause: thrown,
    });
  }
}

/** Entries of files that were touched or added; an edit that somebody else made stays as visible as it was. */
function lockAgain(root: string, before: Project, now: Project): void {
  const locked = readLockFile(root);
  if (!locked) return;
  const old = new Map(before.files.map(({ version, checksum }) => [version, checksum]));
  const entries = now.files.flatMap((file) => {
    const was = locked.get(file.version);
    if (old.get(file.version) !== file.checksum) return [file];
    return was === undefined ? [] : [{ ...file, checksum: was }];
  });
  writeLockFile(root, entries);
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
