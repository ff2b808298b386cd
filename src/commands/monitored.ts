/** Writes down how a run of a backup command ended, and renews the health file, whatever the end was. */
import { resolve } from 'node:path';
import { writeHealth } from '../backup/health.ts';
import { type PastRun, type RunName, readRuns, recordRun } from '../backup/runs.ts';
import { messageOf, ToolError } from '../base/errors.ts';
import type { Outcome } from '../base/finding.ts';
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

async function note({ config, runtime }: Context, past: PastRun): Promise<void> {
  // What was called wrongly did not run.
  if (past.code === 'USAGE') return;
  const dir = resolve(config.root, config.backup.dir);
  await recordRun(dir, past);
  if (config.backup.health === '') return;
  const last = (await readRuns(dir)).at(-1);
  const unrecorded = last?.at === past.at && last.run === past.run ? [] : [past];
  const path = resolve(config.root, config.backup.health);
  await writeHealth(path, { dir, unrecorded, now: runtime.now() }).catch((thrown: unknown) => {
    const text = `the health file ${path} cannot be written: ${messageOf(thrown)}`;
    runtime.emit({ kind: 'note', level: 'warning', text });
  });
}
