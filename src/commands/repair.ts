/**
 * `strata repair [versions]`: the reviewed edit of an applied migration becomes what the history holds, and a migration
 * that stopped in the middle, undone by hand, counts as not run. Nothing but the history is touched.
 *
 * Edits that change the meaning must be named one by one: a repair of everything would be a switch that turns checksums off.
 */
import { ToolError } from '../base/errors.ts';
import { type Block, type Outcome, outcome } from '../base/finding.ts';
import { appliedScripts, semanticDifference } from '../migrate/edits.ts';
import { withMigrationLock } from '../migrate/guard.ts';
import type { History } from '../migrate/history.ts';
import { journalSql, repairedSql } from '../migrate/journal.ts';
import { writeLockFile } from '../migrate/lockfile.ts';
import type { CompiledMigration, MigrationStatus } from '../migrate/model.ts';
import type { Session } from '../pg/pool.ts';
import type { Context, Options } from './command.ts';
import { withDatabase } from './database.ts';
import { filesOf, loadHistory, loadProject, type Project, statuses } from './project.ts';

interface Repair {
  readonly status: MigrationStatus;
  /** What it changes, for people. */
  readonly lines: readonly string[];
}

export async function run(context: Context, options: Options): Promise<Outcome> {
  if (options.lockFile === true || options.renumber !== undefined) return repairFiles(context, options);
  const project = loadProject(context);
  return withDatabase(context, async (session) => {
    const history = await loadHistory(context, session, project);
    const repairs = await repairsOf(context, session, project, history);
    refuseUnknown(options.args, repairs, await statuses(project, history));
    const chosen = repairs.filter(({ status }) => isChosen(status, options.args));
    const waiting = repairs.filter((repair) => !chosen.includes(repair));
    const view = [...chosen, ...waiting].flatMap(blocks);
    const data = {
      repaired: chosen.map(({ status }) => status.version),
      waiting: waiting.map(({ status }) => status.version),
    };
    if (options.dryRun === true) return outcome({ ...data, repaired: [] }, view.length > 0 ? view : [nothing()]);
    if (chosen.length > 0) await write(context, session, project, chosen, history);
    if (waiting.length > 0) throw mustName(waiting, data);
    return outcome(data, chosen.length > 0 ? view : [nothing()]);
  });
}

/** What is wrong with the files alone, when two branches have met. */
async function repairFiles(context: Context, options: Options): Promise<Outcome> {
  if (options.args.length > 0 || (options.lockFile === true && options.renumber !== undefined)) {
    throw new ToolError('USAGE', '--lock-file, --renumber and versions exclude each other', {
      hint: 'One after the other.',
    });
  }
  const { renumber, repairLockFile } = await import('./renumber.ts');
  return options.lockFile === true ? repairLockFile(context, options) : renumber(context, options);
}

async function repairsOf(
  context: Context,
  session: Session,
  project: Project,
  history: History,
): Promise<readonly Repair[]> {
  const broken = (await statuses(project, history)).filter(({ state }) => state === 'edited' || state === 'failed');
  const edited = broken.filter(({ state }) => state === 'edited');
  const compiled = edited.length > 0 ? await project.compiler(filesOf(edited)) : new Map<string, CompiledMigration>();
  const versions = edited.map(({ version }) => version);
  const scripts = edited.length > 0 ? await appliedScripts(session, context.config.history, versions) : new Map();
  return broken.map((status) => {
    const migration = compiled.get(status.version);
    return {
      status,
      lines: migration ? editLines(status, migration, scripts.get(status.version)) : failedLines(status),
    };
  });
}

function editLines(
  status: MigrationStatus,
  migration: CompiledMigration,
  was: readonly string[] | undefined,
): string[] {
  const head = `${status.name}: edited since it was applied (${status.edit})`;
  return status.edit === 'cosmetic' ? [`${head}; it does the same`] : [head, ...semanticDifference(was, migration)];
}

function failedLines({ name, interrupted }: MigrationStatus): string[] {
  const { direction, done, total, error } = interrupted ?? {};
  return [`${name}: ${direction} stopped after ${done} of ${total} statements${error ? `: ${error}` : ''}`];
}

/** Without names only what is harmless: edits that change nothing but the text. */
function isChosen(status: MigrationStatus, named: readonly string[]): boolean {
  return named.length > 0 ? named.includes(status.version) : status.edit === 'cosmetic';
}

async function write(
  context: Context,
  session: Session,
  project: Project,
  chosen: readonly Repair[],
  before: History,
): Promise<void> {
  const { config, runtime } = context;
  const { history, lock } = config;
  await withMigrationLock(session, { history, lock, present: true }, runtime, async (guard) => {
    if (JSON.stringify(guard.history) !== JSON.stringify(before)) throw changedMeanwhile();
    const run = Buffer.from(runtime.random(8)).toString('hex');
    const compiled = await project.compiler(
      filesOf(chosen.filter(({ status }) => status.applied).map(({ status }) => status)),
    );
    const texts = chosen.map(({ status }) => {
      const { version, applied, file, interrupted } = status;
      if (interrupted) {
        const detail = `${interrupted.direction} had stopped after ${interrupted.done} of ${interrupted.total} statements`;
        return journalSql(history, run, { event: 'cleared', version, statement: 0, total: interrupted.total, detail });
      }
      if (!applied || !file) throw new ToolError('BUG', `nothing to repair in ${version}`);
      const semanticChecksum = compiled.get(version)?.semanticChecksum ?? null;
      return repairedSql(history, run, applied, { name: file.name, checksum: file.checksum, semanticChecksum });
    });
    const fence = guard.fence ? [guard.fence] : [];
    await session.batch(['BEGIN', ...texts, ...fence, 'COMMIT'].join(';\n'));
  });
  writeLockFile(config.root, project.files);
}

function refuseUnknown(named: readonly string[], repairs: readonly Repair[], all: readonly MigrationStatus[]): void {
  for (const version of named) {
    if (repairs.some(({ status }) => status.version === version)) continue;
    const status = all.find((s) => s.version === version);
    if (!status) {
      throw new ToolError('MIGRATION_UNKNOWN', `there is no migration ${version}`, { hint: 'See: strata status' });
    }
    throw new ToolError('USAGE', `${status.name} needs no repair: it is ${status.state.replaceAll('_', ' ')}`, {
      hint: status.state === 'missing' ? 'Bring its file back from version control.' : 'See: strata status',
    });
  }
}

function mustName(waiting: readonly Repair[], data: unknown): ToolError {
  const versions = waiting.map(({ status }) => status.version).join(' ');
  return new ToolError('REPAIR_NEEDED', 'these migrations are repaired only when they are named', {
    detail: waiting.flatMap(({ lines }) => lines).join('\n'),
    hint: `When the database is as the files say now: strata repair ${versions}`,
    data,
  });
}

function changedMeanwhile(): ToolError {
  return new ToolError('LOCK_HELD', 'another run changed the history while this one was looking', {
    detail: 'nothing was repaired',
    hint: 'Run strata repair again.',
  });
}

function blocks({ lines }: Repair): readonly Block[] {
  return [{ kind: 'verbatim', text: `${lines.join('\n')}\n` }];
}

function nothing(): Block {
  return { kind: 'text', text: 'nothing to repair', tone: 'quiet' };
}
