/** Ctrl-C and SIGTERM: the first asks the work to stop at its next safe point, the second ends the process. */
import type { Stream } from './screen.ts';

const STATUS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

export function listenForSignals(err: Stream): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(STATUS[name]);
      const again = err.terminal ? '; press Ctrl-C again to end at once' : '';
      err.write(`stopping at the next safe point${again}\n`);
      controller.abort(new Error(`stopped by ${name}`));
    });
  }
  return controller.signal;
}
