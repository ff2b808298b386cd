/** `wal base`: a verified base backup of the whole cluster. */
import { resolve } from 'node:path';
import { outcome } from '../base/finding.ts';
import { openArchive } from '../wal/archive.ts';
import { takeBase } from '../wal/base.ts';
import type { Run } from './command.ts';
import { withDatabase } from './database.ts';
import { monitored } from './monitored.ts';
import { mebibytes } from './size.ts';

export const run: Run = monitored('wal base', async (context, options) => {
  const { config, runtime } = context;
  const archive = await openArchive(resolve(config.root, config.backup.wal.dir));
  const incremental = options.incremental === true;
  const { manifest, path } = await withDatabase(context, (session) =>
    takeBase({ session, archive, incremental, runtime }),
  );
  const { id, parent, size, files, start_lsn, stop_lsn, stopped_at, timeline } = manifest;
  const kind = parent === null ? 'base backup' : 'incremental base backup';
  const data = { id, parent, path, size, files, timeline, start_lsn, stop_lsn, stopped_at };
  return outcome(data, [
    { kind: 'text', text: `${kind} ${id}: ${files} files, ${mebibytes(size)}, every file verified`, tone: 'good' },
    { kind: 'text', text: `recovery is possible from ${stopped_at} on; ${path}`, tone: 'quiet' },
  ]);
});
