/** What a run of `strata check` knows of earlier ones: the key of each check, its result under it, and when not to trust either. */
import { serverFacts } from '../pg/facts.ts';
import { type Counts, cacheKey, type Remembered, recall, remember } from './check-cache.ts';
import { inputsOf } from './check-inputs.ts';
import type { Check } from './check-kinds.ts';
import type { Context, Options } from './command.ts';
import { withDatabase } from './database.ts';

export interface Memory {
  /** The clean result of an earlier run that rests on the same; null: there is none. */
  readonly recalled: Remembered | null;
  /** Why nothing can be remembered of this check, where that is worth saying. */
  readonly reason: string | null;
  /** To be called when nothing was found. Gives what went wrong, in words; null: nothing. */
  readonly keep: (judged: Counts) => Promise<string | null>;
}

const NONE: Memory = { recalled: null, reason: null, keep: async () => null };

export async function memoryOf(context: Context, options: Options, name: string, check: Check): Promise<Memory> {
  const { paths, runs = true, liveToo = false, onServer = false } = check;
  if (!paths || options.noCache === true || (liveToo && options.live === true)) return NONE;
  const inputs = () => inputsOf({ root: context.config.root, paths: paths(context), run: runs });
  const before = inputs();
  if (before.kind === 'unknown') return { ...NONE, reason: before.reason };
  const keyNow = async (): Promise<string> => {
    const server = onServer ? await withDatabase(context, serverFacts) : null;
    return cacheKey(context, { check: name, inputs: before.hash, server });
  };
  const key = await keyNow();
  return {
    recalled: recall(context, name, key),
    reason: null,
    keep: async (judged) => {
      const after = inputs();
      // Edited meanwhile: nobody knows which of both was judged.
      if (after.kind === 'unknown' || after.hash !== before.hash) return null;
      // Roles belong to the server, and those that migrations make stay there: the next run finds them, as this one's last step did.
      const keys = new Set(onServer ? [key, await keyNow()] : [key]);
      return [...keys].map((one) => remember(context, name, one, judged)).find((fault) => fault !== null) ?? null;
    },
  };
}
