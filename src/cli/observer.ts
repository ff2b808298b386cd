/** Events to a display on stderr: moving on a terminal, one line per finished task elsewhere, nothing with `--quiet`. */
import type { Event } from '../base/runtime.ts';
import { type Display, noteText } from './note.ts';
import { lineDisplay } from './progress-lines.ts';
import type { Stream } from './screen.ts';

export interface Observer {
  readonly emit: (event: Event) => void;
  readonly close: () => Promise<void>;
}

/** Milliseconds of work before a moving display is worth loading: what is quicker just prints its result. */
const PATIENCE = 120;

export function observe(err: Stream, options: { readonly quiet: boolean }): Observer {
  if (options.quiet) return { emit: () => undefined, close: async () => undefined };
  return err.terminal ? patient(err) : lineObserver(err);
}

function lineObserver(err: Stream): Observer {
  const display = lineDisplay(err);
  return { emit: display.show, close: display.close };
}

/** Keeps the events back until the work has proved slow; notes are printed at once as long as nothing moves. */
function patient(err: Stream): Observer {
  const kept: Event[] = [];
  let display: Display | undefined;
  let loading: Promise<void> | undefined;
  const load = async (): Promise<void> => {
    const { terminalDisplay } = await import('./progress.ts');
    display = terminalDisplay(err);
    for (const event of kept.splice(0)) display.show(event);
  };
  let timer: NodeJS.Timeout | undefined;
  return {
    emit: (event) => {
      if (display) display.show(event);
      else if (event.kind === 'note' && kept.length === 0) err.write(noteText(event, err.color));
      else kept.push(event);
      if (kept.length > 0)
        timer ??= setTimeout(() => {
          loading = load();
        }, PATIENCE);
    },
    close: async () => {
      clearTimeout(timer);
      await loading;
      await display?.close();
      for (const event of kept) if (event.kind === 'note') err.write(noteText(event, err.color));
    },
  };
}
