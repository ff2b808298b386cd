/** The bucket of the configuration, for the commands that work in it. */
import type { RemoteStore } from '../backup/remote-store.ts';
import type { Block } from '../base/finding.ts';
import type { Tuning } from '../remote/model.ts';
import { withRemote } from '../remote/request.ts';
import { bucketOf, tuningOf } from '../remote/settings.ts';
import type { Context } from './command.ts';

/** Lends it. Throws CONFIG_INVALID with everything that is missing. */
export async function withStore<T>(
  { config, runtime }: Context,
  work: (store: RemoteStore) => Promise<T>,
  more: Partial<Tuning> = {},
): Promise<T> {
  const settings = config.backup.remote;
  const bucket = bucketOf(settings, settings.bucket, runtime.env, 'backup.remote');
  if (isOpen(bucket.endpoint)) {
    runtime.emit({
      kind: 'note',
      level: 'warning',
      text: `${bucket.endpoint} is not encrypted: backups go there as they are`,
    });
  }
  const prefix = settings.prefix === '' ? '' : `${settings.prefix}/`;
  return await withRemote(bucket, { runtime, tuning: { ...tuningOf(settings), ...more } }, (remote) =>
    work({ remote, prefix }),
  );
}

/** http to another machine. */
function isOpen(endpoint: string): boolean {
  const { protocol, hostname } = new URL(endpoint);
  return protocol === 'http:' && !/^(localhost|127\..*|\[::1\])$/.test(hostname);
}

/** `s3://bucket/prefix`, as people know it. */
export function storeText({ remote, prefix }: RemoteStore): string {
  return `s3://${remote.bucket.name}/${prefix}`;
}

export function noBackups(store: RemoteStore): Block {
  return { kind: 'text', text: `no backups in ${storeText(store)}`, tone: 'warn' };
}
