/** The work behind each card, loaded only when it is called. */
import type { Run } from './command.ts';

type Loader = () => Promise<Run>;

/** By the words of the command: `backup create`. */
export const LOADERS: Readonly<Record<string, Loader>> = {};

/** TEMPORARY while the commands are being written. */
export async function loadRun(path: readonly string[]): Promise<Run> {
  const [file = '', sub] = path;
  const module = (await import(`./${file}.ts`)) as Record<string, Run>;
  const run = sub === undefined ? module.run : (module[sub] ?? module.run);
  if (!run) throw new Error(`no run for ${path.join(' ')}`);
  return run;
}
