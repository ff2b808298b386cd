/**
 * `strata types --watch`: writes again when the schema has changed, until it is stopped. Looks twice a second instead of
 * being told: PostgreSQL tells of a schema's changes only where a superuser has put triggers, and file events are missing
 * in containers and on network disks. What changes is awaited until it stands still, so that a run of fifty migrations
 * is one writing.
 */
import { statSync } from 'node:fs';
import { messageOf, ToolError } from '../base/errors.ts';
import { type Finding, type Outcome, outcome } from '../base/finding.ts';
import { schemaMark } from '../pg/changes.ts';
import type { Session } from '../pg/pool.ts';
import type { Context } from './command.ts';
import { withDatabase } from './database.ts';

export interface Watched {
  /** Writes what is to be written, once. */
  readonly write: () => Promise<Outcome>;
  /** Files whose change is one: the configuration, a stored Snapshot, JSON Schemas. Asked each time. */
  readonly files: () => readonly string[];
  /** False: the schema comes from a file, no database is asked. */
  readonly live: boolean;
}

export interface WatchData {
  /** Writings that changed a file, the first one included when it did. */
  readonly written: number;
  /** Readings or writings that failed. */
  readonly failures: number;
}

/** Milliseconds between two looks. */
const EVERY = 500;

/** Ends when the runtime's signal is aborted, and only then. What fails is told once and tried again. */
export async function watchTypes(context: Context, watched: Watched): Promise<Outcome<WatchData>> {
  const watcher = new Watcher(context, watched);
  const { signal } = context.runtime;
  while (!signal.aborted) {
    try {
      await (watched.live ? withDatabase(context, (session) => watcher.look(session)) : watcher.look(null));
    } catch (thrown) {
      if (signal.aborted) break;
      watcher.failed(thrown);
      await pause(signal);
    }
  }
  const { written, failures } = watcher;
  const text = `stopped watching: ${written} ${written === 1 ? 'writing' : 'writings'}`;
  return outcome({ written, failures }, [{ kind: 'text', text }]);
}

class Watcher {
  readonly #context: Context;
  readonly #watched: Watched;
  #last: string | null = null;
  #done: string | null = null;
  #told = '';
  written = 0;
  failures = 0;

  constructor(context: Context, watched: Watched) {
    this.#context = context;
    this.#watched = watched;
  }

  /** Looks until it is stopped or cannot look any more. */
  async look(session: Session | null): Promise<void> {
    const { signal } = this.#context.runtime;
    while (!signal.aborted) {
      const mark = `${session ? await schemaMark(session) : ''}\n${this.#watched.files().map(fileMark).join('\n')}`;
      // The first time at once; later when two looks have seen the same.
      if (mark !== this.#done && (this.#done === null || mark === this.#last)) {
        await this.#write();
        this.#done = mark;
      }
      this.#last = mark;
      await pause(signal);
    }
  }

  /** The same failure, look after look, is said once. */
  failed(thrown: unknown): void {
    this.failures += 1;
    this.#tell('warning', `${messageOf(thrown)}; still watching`);
  }

  async #write(): Promise<void> {
    let result: Outcome;
    try {
      result = await this.#watched.write();
    } catch (thrown) {
      // Not done: a server that was away has lost nothing. A configuration that is wrong waits for its next change.
      if (!(thrown instanceof ToolError) || thrown.exit === 3) throw thrown;
      return this.failed(thrown);
    }
    if (!result.ok) return this.failed(new Error(result.findings.map(findingText).join('; ')));
    const { files } = result.data as { readonly files: readonly { readonly state: string; readonly file: string }[] };
    const changed = ['written', 'removed'].flatMap((what) => {
      const names = files.filter(({ state }) => state === what).map(({ file }) => file);
      return names.length === 0 ? [] : [`${names.join(', ')} ${what}`];
    });
    if (changed.length > 0) this.written += 1;
    this.#told = '';
    if (changed.length > 0 || this.#done === null) {
      this.#tell('info', changed.length > 0 ? changed.join('; ') : 'everything is fresh; watching');
    }
  }

  #tell(level: 'info' | 'warning', text: string): void {
    if (text !== this.#told) this.#context.runtime.emit({ kind: 'note', level, text });
    this.#told = text;
  }
}

function findingText({ subject, message }: Finding): string {
  return `${subject}: ${message}`;
}

function fileMark(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat === undefined ? `${path} missing` : `${path} ${stat.mtimeMs} ${stat.size}`;
}

function pause(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, EVERY);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done, { once: true });
    if (signal.aborted) done();
  });
}
