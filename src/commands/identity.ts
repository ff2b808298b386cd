/** The file of private keys that opens encrypted backups. */
import { resolve } from 'node:path';
import type { Context, Options } from './command.ts';

/** Absolute path from `--identity`, else STRATA_AGE_IDENTITY; undefined: none. The keys themselves never pass through argv. */
export function identityFile({ config, runtime }: Context, { identity }: Options): string | undefined {
  const path = typeof identity === 'string' ? identity : runtime.env.STRATA_AGE_IDENTITY;
  return path ? resolve(config.root, path) : undefined;
}
