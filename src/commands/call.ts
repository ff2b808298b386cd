/**
 * A command as a call: configuration, runtime, work. The command line makes this call, and so may a program (index.ts):
 * the two cannot part.
 */
import { resolve } from 'node:path';
import { ToolError } from '../base/errors.ts';
import type { Outcome } from '../base/finding.ts';
import { maskSecrets } from '../base/mask.ts';
import { type Event, realRuntime } from '../base/runtime.ts';
import { type Loaded, loadConfig } from '../config/load.ts';
import type { Context } from './command.ts';
import { LOADERS, loadRun } from './registry.ts';

/** Where a call is made: everything that says which project, configuration and database it means. */
export interface PlaceOptions {
  /** The project folder. Default: the process's own. */
  readonly cwd?: string | undefined;
  /** Default: process.env. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** As `--database-url`. Default: what configuration and environment say, else the embedded server. */
  readonly databaseUrl?: string | undefined;
  /** As `--env`: one of the configuration's environments. */
  readonly environment?: string | undefined;
  /** As `--config`: path of the configuration file. */
  readonly configFile?: string | undefined;
  /** Configuration by dotted key, over file and environment: `{ 'lock.wait': 1000 }`. */
  readonly config?: Readonly<Record<string, unknown>> | undefined;
  /** Hears of progress. Passwords in its texts are masked. */
  readonly onEvent?: ((event: Event) => void) | undefined;
  /** Aborted: the work stops at the next safe point, cleans up and throws. */
  readonly signal?: AbortSignal | undefined;
}

export interface CallOptions extends PlaceOptions {
  /** Arguments of the command, in order. */
  readonly args?: readonly string[] | undefined;
  /** Its flags by camel-case name: `{ dryRun: true }`. */
  readonly flags?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * Runs a command by its words (`up`, `backup create`) and gives its Outcome; `ok: false` is what the command line ends with
 * exit status 1 for. Throws a ToolError for everything that stops it, USAGE when there is no such command.
 *
 * @example
 * const { ok, findings, data } = await run('up', { databaseUrl: process.env.DATABASE_URL, flags: { steps: 1 } });
 */
export async function run(command: string, options: CallOptions = {}): Promise<Outcome> {
  if (!Object.hasOwn(LOADERS, command)) {
    throw new ToolError('USAGE', `there is no command "${command}"`, {
      hint: `Commands: ${Object.keys(LOADERS).join(', ')}.`,
    });
  }
  const context = await contextOf(options);
  const work = await loadRun(command.split(' '));
  return work(context, { ...options.flags, args: options.args ?? [] });
}

/** Configuration and runtime of a call. Throws CONFIG_UNREADABLE and CONFIG_INVALID. */
export async function contextOf(options: PlaceOptions): Promise<Required<Context>> {
  const { env = process.env, onEvent = () => undefined, signal } = options;
  const root = resolve(options.cwd ?? '.');
  const load = (): Promise<Loaded> =>
    loadConfig({
      root,
      env,
      file: options.configFile,
      environment: options.environment,
      databaseUrl: options.databaseUrl,
      overrides: options.config ?? {},
    });
  const { config, warnings } = await load();
  for (const text of warnings) onEvent({ kind: 'note', level: 'warning', text });
  const emit = (event: Event): void =>
    onEvent('text' in event && event.text ? { ...event, text: maskSecrets(event.text) } : event);
  const runtime = realRuntime({ env, cwd: root, emit, ...(signal ? { signal } : {}) });
  return { config, runtime, reload: async () => (await load()).config };
}
