/** Writes down how a run of a command of backups or WAL ended, and renews the health file, whatever the end was. */
import { resolve } from 'node:path';
import { writeHealth } from '../backup/health.ts';
import { type PastRun, type RunName, readRuns, recordRun } from '../backup/runs.ts';
import { messageOf, ToolError } from '../base/errors.ts';
import type { Outcome } from '../base/finding.ts';
import { findArchive } from '../wal/archive.ts';
import type { Context, Run } from './command.ts';

/** The same command, watched. What goes wrong with the watching is a note, and never the end of a backup. */
export function monitored(run: RunName, work: Run): Run {
  return async (context, options) => {
    const start = context.runtime.ticks();
    let ended: Outcome | unknown;
    try {
      const result = await work(context, options);
      ended = result;
      return result;
    } catch (thrown) {
      ended = thrown;
      throw thrown;
    } finally {
      const ms = Math.round(context.runtime.ticks() - start);
      await note(context, { run, at: context.runtime.now().toISOString(), ms, ...endOf(ended) });
    }
  };
}

function endOf(ended: unknown): Pick<PastRun, 'ok' | 'code'> {
  if (ended instanceof Error) return { ok: false, code: ended instanceof ToolError ? ended.code : 'BUG' };
  return { ok: (ended as Outcome).ok };
}

async function note(context: Context, past: PastRun): Promise<void> {
  const { config, runtime } = context;
  // What was called wrongly did not run.
  if (past.code === 'USAGE') return;
  const dir = resolve(config.root, config.backup.dir);
  await recordRun(dir, past);
  if (config.backup.health === '') return;
  const last = (await readRuns(dir)).at(-1);
  const unrecorded = last?.at === past.at && last.run === past.run ? [] : [past];
  const path = resolve(config.root, config.backup.health);
  try {
    const more = await walLines(context, past.run);
    await writeHealth(path, { dir, unrecorded, more, now: runtime.now() });
  } catch (thrown) {
    const text = `the health file ${path} cannot be written: ${messageOf(thrown)}`;
    runtime.emit({ kind: 'note', level: 'warning', text });
  }
}

/** About the archive, where there is one. The server is asked only by those who need a superuser anyway. */
async function walLines(context: Context, run: RunName): Promise<readonly string[]> {
  const { config, runtime } = context;
  const ours = run.startsWith('wal ');
  try {
    const archive = await findArchive(resolve(config.root, config.backup.wal.dir));
    if (archive === null) return [];
    const [{ walMetrics }, { readWalStatus }] = [await import('../wal/health.ts'), await import('./wal-read.ts')];
    const read = (asks: boolean) => readWalStatus(context, archive, { verify: false, asks });
    // A role that may not ask the server still gets what the archive tells.
    const { status } = await (ours ? read(true).catch(() => read(false)) : read(false));
    return walMetrics(status);
  } catch (thrown) {
    const text = `the health file tells nothing of the WAL archive: ${messageOf(thrown)}`;
    runtime.emit({ kind: 'note', level: ours ? 'warning' : 'info', text });
    return [];
  }
}
