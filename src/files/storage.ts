/** The application's door to one bucket: signed URLs by the bucket's rules, and what has been lost on either side. */
import { ToolError } from '../base/errors.ts';
import { realRuntime } from '../base/runtime.ts';
import type { Bucket, Remote } from '../remote/model.ts';
import { deleteObject, headObject, listObjects } from '../remote/objects.ts';
import { openRemote } from '../remote/request.ts';
import { bucketOf } from '../remote/settings.ts';
import { type Storage, StorageError, type StorageOptions } from './model.ts';
import { findOrphans } from './orphans.ts';
import { signGet, signPut } from './signed.ts';

/**
 * Throws a StorageError, CONFIG_INVALID, that names everything that is missing.
 *
 * @example
 * const avatars = createStorage({ bucket: 'user-avatars', rules: { maxSize: 10_485_760, contentTypes: ['image/png'] } });
 * const { url, headers } = avatars.signPut('7/avatar.png', { contentType: 'image/png', size: file.size });
 */
export function createStorage(options: StorageOptions): Storage {
  const { rules = {}, timeout = 60_000, retries = 6 } = options;
  const bucket = plainly(() => bucketFor(options));
  const tuning = { timeout, retries, parallel: 4, partSize: 8 * 1024 * 1024 };
  const remote = openRemote(bucket, { runtime: realRuntime(), tuning });
  const now = (): Date => new Date();
  return {
    signGet: (key, more = {}) => plainly(() => signGet(bucket, rules, key, more, now())),
    signPut: (key, more) => plainly(() => signPut(bucket, rules, key, more, now())),
    head: async (key) => {
      const head = await later(headObject(remote, key));
      return head && { key, size: head.size };
    },
    remove: (key) => later(deleteObject(remote, key)),
    list: (prefix = '') => each(stored(remote, prefix)),
    findOrphans: (rows, more) => each(findOrphans(remote, rows, more)),
    close: () => remote.agent.destroy(),
  };
}

function bucketFor({ bucket, endpoint = '', region = '', pathStyle = true, credentials }: StorageOptions): Bucket {
  const given = credentials && {
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
  };
  const names = ['AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL', 'AWS_REGION', 'AWS_DEFAULT_REGION'];
  const places = Object.fromEntries(names.map((name) => [name, process.env[name]]));
  return bucketOf({ endpoint, region, pathStyle }, bucket, given ? { ...places, ...given } : process.env, 'files');
}

async function* stored(remote: Remote, prefix: string): ReturnType<typeof listObjects> {
  yield* listObjects(remote, prefix);
}

function plainly<T>(work: () => T): T {
  try {
    return work();
  } catch (thrown) {
    throw outward(thrown);
  }
}

async function later<T>(work: Promise<T>): Promise<T> {
  return await work.catch((thrown: unknown) => {
    throw outward(thrown);
  });
}

async function* each<T>(source: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* source;
  } catch (thrown) {
    throw outward(thrown);
  }
}

function outward(thrown: unknown): unknown {
  if (!(thrown instanceof ToolError)) return thrown;
  const { detail, hint, findings = [] } = thrown.more;
  const all = [detail, ...findings.map((one) => one.message)].filter(Boolean).join('\n');
  return new StorageError(thrown.code, thrown.message, { detail: all || undefined, hint, cause: thrown });
}
