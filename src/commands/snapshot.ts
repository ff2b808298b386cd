/** `strata snapshot`: the live catalog as a file, for `types --from`, for reviews, for comparing machines. */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { messageOf, ToolError } from '../base/errors.ts';
import { type Outcome, outcome } from '../base/finding.ts';
import type { Snapshot } from '../catalog/model.ts';
import { readSnapshot } from '../catalog/read.ts';
import { snapshotFile } from '../catalog/snapshot.ts';
import { ownTables } from '../migrate/history.ts';
import { catalogGaps } from './catalog-gaps.ts';
import type { Context, Options } from './command.ts';
import { withDatabase } from './database.ts';

export async function run(context: Context, options: Options): Promise<Outcome> {
  const { config, runtime } = context;
  const exclude = ownTables(config.history);
  const owners = options.owners === true;
  const { snapshot, findings, serverVersion } = await withDatabase(context, async (session) => {
    const read = await readSnapshot(session, { schemas: config.schemas, exclude, owners });
    const { serverVersion: version } = session;
    return { snapshot: read, findings: await catalogGaps(context, session, read), serverVersion: version };
  });
  const { bytes, hash } = snapshotFile(snapshot, { serverVersion, takenAt: runtime.now() });
  if (typeof options.out !== 'string') {
    const text = bytes.toString('utf8');
    return outcome(JSON.parse(text), [{ kind: 'verbatim', text }], findings);
  }
  const path = resolve(runtime.cwd, options.out);
  try {
    writeFileSync(path, bytes);
  } catch (thrown) {
    throw new ToolError('USAGE', `${options.out} cannot be written`, { detail: messageOf(thrown), cause: thrown });
  }
  const data = { file: options.out, hash, ...counts(snapshot) };
  const line = `${options.out}: ${snapshot.tables.length} tables, hash ${hash.slice(0, 12)}`;
  return outcome(data, [{ kind: 'text', text: line, tone: 'good' }], findings);
}

/** How many objects of each kind: `{ tables: 52, views: 13, … }`. */
function counts(snapshot: Snapshot): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(snapshot).map(([kind, list]) => [kind, (list as readonly unknown[]).length]),
  );
}
