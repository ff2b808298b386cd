/** `files url` and `files orphans`: the application's objects, from the command line. */

import { ToolError } from '../base/errors.ts';
import { type Block, type Finding, finding, outcome } from '../base/finding.ts';
import type { FileRow, Orphan } from '../files/model.ts';
import { findOrphans } from '../files/orphans.ts';
import { EXPIRES, signGet, signPut } from '../files/signed.ts';
import { bucketsIn, type FilesTable, SEE_ALL, withRows } from '../files/table.ts';
import type { Session } from '../pg/pool.ts';
import type { Bucket } from '../remote/model.ts';
import { withRemote } from '../remote/request.ts';
import { bucketOf } from '../remote/settings.ts';
import type { Context, Run } from './command.ts';
import { withDatabase } from './database.ts';

export const url: Run = async (context, options) => {
  const { args, put, type, size, expires } = options;
  const [name = '', key = ''] = args;
  const bucket = bucketFor(context, name);
  const life = typeof expires === 'number' ? expires : EXPIRES;
  const now = context.runtime.now();
  const until = new Date(now.getTime() + life * 1000).toISOString();
  if (put !== true) {
    if (type !== undefined || size !== undefined) throw misplaced();
    const signed = signGet(bucket, {}, key, { expires: life }, now);
    return outcome({ url: signed, method: 'GET', headers: {}, expires_at: until }, [
      { kind: 'verbatim', text: `${signed}\n` },
    ]);
  }
  if (typeof type !== 'string' || typeof size !== 'number') throw misplaced();
  const signed = signPut(bucket, {}, key, { contentType: type, size, expires: life }, now);
  return outcome({ ...signed, expires_at: until }, [{ kind: 'verbatim', text: `${signed.url}\n` }]);
};

function misplaced(): ToolError {
  return new ToolError('USAGE', '--put needs --type and --size, and they belong to --put alone', {
    hint: 'For example: strata files url user-avatars 7/avatar.png --put --type image/png --size 48213',
  });
}

function bucketFor({ config, runtime }: Context, name: string): Bucket {
  const { files } = config;
  const real = Object.hasOwn(files.buckets, name) ? files.buckets[name] : undefined;
  return bucketOf(files, real ?? name, runtime.env, 'files');
}

/** The most that is listed of one bucket; the counts are of all. */
const MOST = 1_000;

interface Compared {
  readonly bucket: string;
  readonly rows: number;
  readonly counts: Readonly<Record<Orphan['kind'], number>>;
  readonly orphans: readonly Orphan[];
}

export const orphans: Run = async (context, { args, minAge }) => {
  const { config } = context;
  const hours = typeof minAge === 'number' ? minAge : 24;
  const [first = 'public'] = config.schemas;
  const [table = '', schema = first] = config.files.table.split('.').reverse();
  const files = { schema, table, columns: config.files.columns };
  const compared = await withDatabase(
    context,
    async (session) => {
      const names = args.length > 0 ? args : await namesOf(context, session, files);
      const found: Compared[] = [];
      for (const name of new Set(names)) found.push(await compare(context, session, files, { name, hours }));
      return found;
    },
    { setup: SEE_ALL },
  );
  return outcome({ buckets: compared }, viewOf(compared), compared.flatMap(findingsOf));
};

async function namesOf({ config }: Context, session: Session, files: FilesTable): Promise<readonly string[]> {
  const configured = Object.keys(config.files.buckets);
  const names = configured.length > 0 ? configured : await bucketsIn(session, files);
  if (names.length > 0) return names;
  throw new ToolError('USAGE', 'no bucket is known: the table has no rows, and the configuration names none', {
    hint: 'Name them: strata files orphans user-avatars; or in the configuration: files.buckets.',
  });
}

async function compare(
  context: Context,
  session: Session,
  files: FilesTable,
  { name, hours }: { readonly name: string; readonly hours: number },
): Promise<Compared> {
  const { runtime, config } = context;
  const { timeout, retries } = config.files;
  const tuning = { timeout, retries, parallel: 4, partSize: 0 };
  return await withRemote(bucketFor(context, name), { runtime, tuning }, (remote) =>
    withRows(session, files, name, async (page) => {
      const counts = { 'object-without-row': 0, 'row-without-object': 0, 'object-not-deleted': 0, 'size-differs': 0 };
      const found: Orphan[] = [];
      let rows = 0;
      const counted = async (after: string): Promise<readonly FileRow[]> => {
        const next = await page(after);
        rows += next.length;
        return next;
      };
      for await (const orphan of findOrphans(remote, counted, { minAge: hours * 3_600_000 })) {
        counts[orphan.kind] += 1;
        if (found.length < MOST) found.push(orphan);
      }
      return { bucket: name, rows, counts, orphans: found };
    }),
  );
}

function viewOf(compared: readonly Compared[]): readonly Block[] {
  const head = ['bucket', 'rows', 'objects without a row', 'rows without an object', 'not deleted', 'other size'];
  const rows = compared.map(({ bucket, rows: count, counts }) => [
    bucket,
    String(count),
    ...Object.values(counts).map(String),
  ]);
  return [{ kind: 'table', head, rows }];
}

function findingsOf({ bucket, orphans: found, counts }: Compared): readonly Finding[] {
  const findings = found.map((orphan) => {
    const { message, hint } = wordsOf(orphan);
    return finding({ code: `files/${orphan.kind}`, level: 'error', subject: `${bucket}/${orphan.key}`, message, hint });
  });
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  if (total === found.length) return findings;
  const message = `${total - found.length} more are not listed`;
  return [...findings, finding({ code: 'files/more', level: 'note', subject: bucket, message })];
}

function wordsOf(orphan: Orphan): { readonly message: string; readonly hint: string } {
  switch (orphan.kind) {
    case 'object-without-row':
      return {
        message: `an object of ${orphan.size} bytes, written ${orphan.lastModified.toISOString()}, that no row names`,
        hint: 'An upload that was never confirmed, or a row that was deleted without its object.',
      };
    case 'row-without-object':
      return {
        message: 'the row names an object that is not there',
        hint: 'Users see a broken file: look for it in the versions of the bucket.',
      };
    case 'object-not-deleted':
      return {
        message: 'the row says that the object was deleted, and it is there',
        hint: 'Delete the object: somebody may have asked for its erasure.',
      };
    case 'size-differs':
      return {
        message: `the object has ${orphan.size} bytes, the row says ${orphan.expected}`,
        hint: 'It was replaced or cut short after the row was written.',
      };
  }
}
