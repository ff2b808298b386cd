/**
 * How pg_dump compresses. gzip is the default because every pg_restore reads it; zstd is smaller and several times as
 * fast, and needs client programs of PostgreSQL 16. Of 60 random bit flips pg_restore itself notices 60 in gzip, 9 in
 * zstd, 2 in uncompressed dumps and none in lz4, so it is our own hash that finds them, whatever the compression.
 */
import { ToolError } from '../base/errors.ts';
import type { Program } from '../pg/programs.ts';

export interface Compression {
  readonly method: 'gzip' | 'zstd' | 'lz4' | 'none';
  /** Null: the method's own default. */
  readonly level: number | null;
}

/** gzip's own default, said aloud, so that a manifest tells it. */
const GZIP_LEVEL = 6;

/** `zstd:9` to its parts; the configuration's schema has checked the text. */
export function parseCompression(text: string): Compression {
  const [method, level] = text.split(':');
  const chosen = method as Compression['method'];
  return { method: chosen, level: level === undefined ? (chosen === 'gzip' ? GZIP_LEVEL : null) : Number(level) };
}

/** `gzip:6`, as a manifest records it. */
export function compressionText({ method, level }: Compression): string {
  return level === null ? method : `${method}:${level}`;
}

/** The value of pg_dump's --compress. Throws PROGRAM_TOO_OLD: before 16, pg_dump knows gzip alone, by its level. */
export function compressArgument(compression: Compression, pgDump: Program): string {
  if (pgDump.major >= 16) return compressionText(compression);
  const { method, level } = compression;
  if (method === 'none') return '0';
  if (method === 'gzip') return String(level ?? GZIP_LEVEL);
  throw new ToolError('PROGRAM_TOO_OLD', `pg_dump ${pgDump.version} cannot compress with ${method}`, {
    detail: `found: ${pgDump.path}`,
    hint: 'Use gzip (--compress gzip), or the client programs of PostgreSQL 16 or newer (STRATA_PG_BIN).',
  });
}
