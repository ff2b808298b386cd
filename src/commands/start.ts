/**
 * `strata start`, which is `npm start`: the whole journey of a project in one run, each step a command that exists on its
 * own. Stops at the first step that fails; run again, it finds done what is done. The restore goes into a throw-away
 * database: what counts is the comparison, and the next run must find its place free.
 */
import type { Outcome } from '../base/finding.ts';
import { type Runtime, withTask } from '../base/runtime.ts';
import type { Context, Run } from './command.ts';
import { journey, type Step } from './journey.ts';

interface Told {
  readonly title: string;
  readonly text: string;
  readonly ms: number;
}

export const run: Run = async (context) => {
  const told: Told[] = [];
  for (const step of journey()) {
    const done = await perform(context, step);
    if (!done.outcome.ok) return { ...done.outcome, data: { failed: step.title, steps: told } };
    told.push(done.told);
  }
  const status = await (await import('./status.ts')).run(context, { args: [] });
  const seconds = told.reduce((sum, { ms }) => sum + ms, 0) / 1000;
  const text = `the whole journey took ${seconds.toFixed(1)} s; run it again, and only what is new is done`;
  return {
    ...status,
    data: { steps: told, status: status.data },
    view: [...status.view, { kind: 'text', text, tone: 'good' }],
  };
};

async function perform(context: Context, step: Step): Promise<{ outcome: Outcome; told: Told }> {
  const { runtime } = context;
  const started = runtime.ticks();
  const task = { id: step.id, title: step.title };
  const result = await withTask(
    runtime,
    task,
    () => step.work({ ...context, runtime: inside(runtime, step.id) }),
    (ended) => ended.text,
  );
  return { outcome: result.outcome, told: { title: step.title, text: result.text, ms: runtime.ticks() - started } };
}

/** What a step's command tells of itself becomes the step's own progress: one line a step, whatever is inside. */
function inside(runtime: Runtime, task: string): Runtime {
  return {
    ...runtime,
    emit: (event) => {
      if (event.kind === 'note') runtime.emit(event);
      if (event.kind === 'progress') runtime.emit({ ...event, task });
    },
  };
}
