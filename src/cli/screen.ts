/** stdout and stderr: is it a terminal, how wide, colour or not; writes that survive a reader who has gone. */

export interface Screen {
  readonly out: Stream;
  readonly err: Stream;
}

export interface Stream {
  readonly terminal: boolean;
  readonly color: boolean;
  /** Columns; undefined when it is not a terminal. */
  readonly width: number | undefined;
  readonly write: (text: string) => void;
}

type Env = Readonly<Record<string, string | undefined>>;

/** The real streams. A closed pipe (`strata plan | head -1`) is not an error: what is left is not written. */
export function openScreen(env: Env, color: boolean | undefined): Screen {
  return { out: streamOf(process.stdout, env, color), err: streamOf(process.stderr, env, color) };
}

function streamOf(stream: NodeJS.WriteStream, env: Env, color: boolean | undefined): Stream {
  let open = true;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    open = false;
    if (error.code !== 'EPIPE') process.exitCode ??= 1;
  });
  const terminal = stream.isTTY === true;
  return {
    terminal,
    color: wantsColor(terminal, env, color),
    width: terminal ? stream.columns || 80 : undefined,
    write: (text) => {
      if (open && text !== '') stream.write(text);
    },
  };
}

/** `--no-color` first, then NO_COLOR and FORCE_COLOR (https://no-color.org, https://force-color.org), then the terminal. */
export function wantsColor(terminal: boolean, env: Env, flag: boolean | undefined): boolean {
  if (flag === false || env.NO_COLOR) return false;
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false';
  return terminal && env.TERM !== 'dumb';
}

/** Waits until everything written has left the process, then ends it: open handles must not keep it alive. */
export async function leave(status: number): Promise<never> {
  await Promise.all([process.stdout, process.stderr].map(drained));
  process.exit(status);
}

function drained(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.writableLength === 0 || stream.destroyed) return resolve();
    stream.once('error', () => resolve());
    stream.write('', () => resolve());
  });
}
