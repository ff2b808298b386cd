/** Progress without a terminal, for logs: a line when a task ends, and a sign of life from long ones. */
import type { Event } from '../base/runtime.ts';
import { duration, meterText } from './measure.ts';
import { type Display, noteText } from './note.ts';
import type { Stream } from './screen.ts';

/** Milliseconds between two lines of one running task. */
const EVERY = 5_000;

interface Running {
  readonly title: string;
  readonly depth: number;
  readonly started: number;
  next: number;
}

export function lineDisplay(err: Stream): Display {
  const running = new Map<string, Running>();
  const line = (task: Running, text: string): void => err.write(`${'  '.repeat(task.depth)}${text}\n`);
  const end = (sign: string, id: string, text: string | undefined): void => {
    const task = running.get(id);
    if (!task) return;
    running.delete(id);
    line(task, `${sign} ${task.title}${text ? `: ${text}` : ''} (${duration(Date.now() - task.started)})`);
  };
  const show = (event: Event): void => {
    switch (event.kind) {
      case 'start': {
        const depth = event.parent === undefined ? 0 : (running.get(event.parent)?.depth ?? -1) + 1;
        const started = Date.now();
        running.set(event.task, { title: event.title, depth, started, next: started + EVERY });
        return;
      }
      case 'progress': {
        const task = running.get(event.task);
        if (!task || Date.now() < task.next) return;
        task.next = Date.now() + EVERY;
        line(task, `… ${task.title}: ${meterText({ ...event, elapsed: Date.now() - task.started })}`);
        return;
      }
      case 'done':
        end('✔', event.task, event.text);
        return;
      case 'fail':
        end('✖', event.task, event.text);
        return;
      case 'note':
        err.write(noteText(event, err.color));
    }
  };
  return { show, close: async () => undefined };
}
