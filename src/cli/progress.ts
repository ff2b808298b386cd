/**
 * Progress on a terminal: a spinner per task, a bar with rate and time left, finished steps below. The only importer of
 * listr2, which wants its tasks beforehand; ours appear as they happen, so each outermost task is a list of one whose
 * inner tasks are its output lines.
 */
import { DefaultRenderer, Listr, ListrLogger, type ListrTaskWrapper, ProcessOutput } from 'listr2';
import type { Event } from '../base/runtime.ts';
import { type Paint, paint } from '../report/paint.ts';
import { bar, duration, meterText } from './measure.ts';
import { type Display, noteText } from './note.ts';
import type { Stream } from './screen.ts';

type Start = Extract<Event, { kind: 'start' }>;
type ListrTask = Pick<ListrTaskWrapper<unknown, never, never>, 'title' | 'output'>;

interface Outermost {
  readonly id: string;
  readonly title: string;
  readonly started: number;
  /** Tasks inside it that are under way. */
  readonly inner: Map<string, { readonly title: string; readonly started: number }>;
  /** Applies a change to listr2's task, at once or as soon as listr2 has begun it. */
  readonly change: (change: (task: ListrTask) => void) => void;
  readonly settle: (failed: boolean) => void;
  /** When listr2 has drawn the last state. */
  readonly finished: Promise<void>;
}

/** Finished inner tasks shown at once: the newest, so that the display stays below the height of a terminal. */
const SHOWN = 6;

export function terminalDisplay(err: Stream, terminal: NodeJS.WritableStream = process.stderr): Display {
  const brush = paint(err.color);
  let outer: Outermost | undefined;
  let last: Promise<void> = Promise.resolve();
  const queued: Event[] = [];
  let settling = false;

  const next = (): void => {
    settling = false;
    while (queued.length > 0 && !settling) take(queued.shift() as Event);
  };
  const finish = (task: Outermost, failed: boolean, text: string | undefined): void => {
    titled(
      task,
      `${task.title} ${brush.quiet([text, duration(Date.now() - task.started)].filter(Boolean).join(' · '))}`,
    );
    task.settle(failed);
    outer = undefined;
    settling = true;
    last = task.finished.then(next);
  };
  const take = (event: Event): void => {
    if (event.kind === 'note') noted(event, outer, err);
    else if (event.kind === 'start') {
      if (outer) outer.inner.set(event.task, { title: event.title, started: Date.now() });
      else outer = begin(event, terminal);
    } else if (outer && event.task === outer.id && event.kind !== 'progress') {
      finish(outer, event.kind === 'fail', event.text);
    } else if (outer) inside(outer, event, brush);
  };
  return {
    // listr2 hands the terminal back in its own time; events that come before wait.
    show: (event) => {
      if (settling) queued.push(event);
      else take(event);
    },
    close: async () => {
      while (settling || queued.length > 0) await last;
      if (outer) finish(outer, true, undefined);
      await last;
    },
  };
}

/** listr2 looks at stdout to see whether there is a terminal, but ours is stderr: stdout may well be a file. */
class OnStderr extends DefaultRenderer {
  static override nonTTY = true;
}

function begin(event: Start, terminal: NodeJS.WritableStream): Outermost {
  let settle: (failed: boolean) => void = () => undefined;
  const work = new Promise<boolean>((resolve) => {
    settle = resolve;
  });
  let current: ListrTask | undefined;
  const early: ((task: ListrTask) => void)[] = [];
  const output = new ProcessOutput(terminal as never, terminal as never, { leaveEmptyLine: false });
  const list = new Listr(
    [
      {
        title: event.title,
        rendererOptions: { outputBar: SHOWN, persistentOutput: false },
        task: async (_context, task) => {
          current = task as unknown as ListrTask;
          for (const change of early) change(current);
          if (await work) throw new Error('failed');
        },
      },
    ],
    {
      renderer: OnStderr,
      registerSignalListeners: false,
      exitOnError: false,
      rendererOptions: {
        logger: new ListrLogger({ processOutput: output, useIcons: true, toStderr: [] }) as never,
        showErrorMessage: false,
        collapseErrors: false,
        formatOutput: 'truncate',
      },
    },
  );
  const finished = list.run().then(
    () => undefined,
    () => undefined,
  );
  const change: Outermost['change'] = (apply) => {
    if (current) apply(current);
    else early.push(apply);
  };
  return { id: event.task, title: event.title, started: Date.now(), inner: new Map(), change, settle, finished };
}

function inside(outer: Outermost, event: Exclude<Event, { kind: 'note' | 'start' }>, brush: Paint): void {
  const own = event.task === outer.id;
  const task = own ? outer : outer.inner.get(event.task);
  if (event.kind === 'progress') {
    const elapsed = Date.now() - (task ?? outer).started;
    const meter = meterText({ ...event, elapsed });
    const drawn = event.total ? `${brush.accent(bar(event.done / event.total))} ${meter}` : meter;
    const name = own || !task ? outer.title : `${outer.title} › ${task.title}`;
    titled(outer, `${name} ${brush.quiet(drawn)}`);
    return;
  }
  if (!task) return;
  outer.inner.delete(event.task);
  const sign = event.kind === 'done' ? brush.tone('good', '✔') : brush.tone('bad', '✖');
  const facts = [event.text, duration(Date.now() - task.started)].filter(Boolean).join(' · ');
  printed(outer, `${sign} ${task.title} ${brush.quiet(facts)}`);
}

function titled(outer: Outermost, title: string): void {
  outer.change((task) => {
    task.title = title;
  });
}

function printed(outer: Outermost, line: string): void {
  outer.change((task) => {
    task.output = line;
  });
}

function noted(event: Extract<Event, { kind: 'note' }>, outer: Outermost | undefined, err: Stream): void {
  const text = noteText(event, err.color);
  if (outer) printed(outer, text.trimEnd());
  else err.write(text);
}
