/**
 * Clock, chance, environment and the event sink as one injected record: the rooms below `cli/` take the world as a
 * parameter, so tests move time, fix chance and listen to progress.
 */
import { randomBytes } from 'node:crypto';

/** What is happening, for a progress display. A task may be inside another by `parent`. */
export type Event =
  | { readonly kind: 'start'; readonly task: string; readonly title: string; readonly parent?: string }
  | {
      readonly kind: 'progress';
      readonly task: string;
      readonly done: number;
      readonly total?: number;
      readonly unit?: string;
      readonly text?: string;
    }
  | { readonly kind: 'done'; readonly task: string; readonly text?: string }
  | { readonly kind: 'fail'; readonly task: string; readonly text?: string }
  | { readonly kind: 'note'; readonly level: 'info' | 'warning'; readonly text: string };

export interface Runtime {
  /** Wall clock. */
  readonly now: () => Date;
  /** Milliseconds that never go backwards, for durations. */
  readonly ticks: () => number;
  readonly random: (bytes: number) => Uint8Array;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The project folder: where the configuration file is looked for, and what relative paths start from. */
  readonly cwd: string;
  readonly emit: (event: Event) => void;
  /** Aborted by Ctrl-C and SIGTERM: long work stops at the next safe point and cleans up. */
  readonly signal: AbortSignal;
}

export function realRuntime(options: Partial<Runtime> = {}): Runtime {
  return {
    now: () => new Date(),
    ticks: () => performance.now(),
    random: (bytes) => randomBytes(bytes),
    env: process.env,
    cwd: process.cwd(),
    emit: () => undefined,
    signal: new AbortController().signal,
    ...options,
  };
}

/** Runs `work` as a task of the progress display: start, done with the text `describe` gives, or fail. */
export async function withTask<T>(
  runtime: Runtime,
  task: { readonly id: string; readonly title: string; readonly parent?: string },
  work: () => Promise<T>,
  describe: (result: T) => string | undefined = () => undefined,
): Promise<T> {
  const { id, title, parent } = task;
  runtime.emit({ kind: 'start', task: id, title, ...(parent === undefined ? {} : { parent }) });
  try {
    const result = await work();
    const text = describe(result);
    runtime.emit({ kind: 'done', task: id, ...(text === undefined ? {} : { text }) });
    return result;
  } catch (thrown) {
    runtime.emit({ kind: 'fail', task: id });
    throw thrown;
  }
}
