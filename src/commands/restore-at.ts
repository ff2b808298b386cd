/** `restore --at|--lsn|--name`: the whole cluster as it was at a moment, in a data directory of its own. */
import { resolve } from 'node:path';
import { ToolError } from '../base/errors.ts';
import { type Block, type Outcome, outcome } from '../base/finding.ts';
import { targetUrl } from '../base/target.ts';
import { openArchive } from '../wal/archive.ts';
import { chooseRoute } from '../wal/choose.ts';
import { discardRecovered, promoteRecovered, recover } from '../wal/recover.ts';
import { type Recovered, targetOf } from '../wal/recovered.ts';
import { readStatus } from '../wal/status.ts';
import { parseTarget } from '../wal/target.ts';
import type { Context, Options } from './command.ts';
import { type ClusterErasures, clusterErasures, erasedLine } from './erasure-cluster.ts';
import { inPlaceOf, putInPlace } from './restore-swap.ts';

export async function run(context: Context, options: Options): Promise<Outcome> {
  checkFlags(options);
  const finishes = options.discard === true || options.promote === true;
  const given = options as { readonly at?: string; readonly lsn?: string; readonly name?: string };
  if (!finishes) return await recoverTo(context, options, given);
  const dataDir = dataDirOf(context.config.root, options);
  if (options.discard === true) {
    await discardRecovered(dataDir, typeof options.confirm === 'string' ? options.confirm : undefined);
    return outcome({ data: dataDir, state: 'discarded' }, [{ kind: 'text', text: `${dataDir} is removed` }]);
  }
  const erasures = await clusterErasures(context);
  return told(await promoteRecovered(dataDir, erasures.promoted), false, erasures);
}

async function recoverTo(
  context: Context,
  options: Options,
  { at, lsn, name }: { readonly at?: string; readonly lsn?: string; readonly name?: string },
): Promise<Outcome> {
  const { config, runtime } = context;
  const target = parseTarget({
    ...(at === undefined ? {} : { at }),
    ...(lsn === undefined ? {} : { lsn }),
    ...(name === undefined ? {} : { name }),
  });
  const swaps = options.inPlace === true || options.replace !== undefined;
  const given = swaps ? null : dataDirOf(config.root, options);
  if (options.remote === true) await (await import('./wal-remote.ts')).bring(context, { system: null, target });
  const archive = await openArchive(resolve(config.root, config.backup.wal.dir));
  const inPlace = await inPlaceOf(context, options, archive);
  const { inventory, windows } = await readStatus({ archive, session: null, verify: false, runtime });
  const timeline = typeof options.timeline === 'number' ? options.timeline : undefined;
  const route = await chooseRoute({ archive, inventory, windows, target, timeline, runtime });
  const preview = options.preview === true;
  const erasures = await clusterErasures(context);
  const dataDir = inPlace?.plan.beside ?? given ?? '';
  const recovered = await recover({ archive, route, dataDir, preview, promoted: erasures.promoted, runtime });
  if (inPlace !== null) return await putInPlace(context, inPlace, recovered, erasures);
  return told(recovered, preview, erasures);
}

/** The cluster comes whole: nothing of it can be chosen. */
function checkFlags(options: Options): void {
  if ((options.discard ?? options.promote) !== undefined && (options.inPlace ?? options.replace) !== undefined) {
    throw new ToolError('USAGE', 'a preview is promoted where it is', {
      hint: 'To take the place of the old directory, restore the same moment with --in-place.',
    });
  }
  const other = (['to', 'table', 'schema'] as const).find((flag) => options[flag] !== undefined);
  if (options.args.length === 0 && other === undefined) return;
  throw new ToolError('USAGE', 'a recovery to a moment brings back the whole cluster, from base backup and WAL', {
    hint: 'Leave out the id of a dump, --to, --table and --schema.',
  });
}

function dataDirOf(root: string, { data }: Options): string {
  if (typeof data === 'string') return resolve(root, data);
  throw new ToolError('USAGE', 'a recovery to a moment needs a data directory of its own', {
    hint: 'Name one that does not exist yet: --data /var/lib/postgresql/recovered',
  });
}

function told(recovered: Recovered, preview: boolean, erasures: ClusterErasures): Outcome {
  const { count, findings } = erasures.told();
  const { dataDir, timeline, base, last_transaction, lsn } = recovered;
  const url = preview ? targetUrl({ ...targetOf(recovered), database: 'postgres' }) : null;
  const state = preview ? 'preview' : 'recovered';
  const data = { data: dataDir, state, base, timeline, last_transaction, lsn, url, erasures: count };
  const what = last_transaction === null ? `position ${lsn}` : `the transaction of ${last_transaction}`;
  const line = `recovered from base backup ${base} on timeline ${timeline} up to ${what}, compared with the WAL`;
  const view: Block[] = [{ kind: 'text', text: line, tone: 'good' }];
  if (url === null) {
    view.push({ kind: 'text', text: `${dataDir} is a cluster of its own now, stopped: pg_ctl -D ${dataDir} start` });
    if (count > 0) view.push({ kind: 'text', text: erasedLine(count) });
    return outcome(data, view, findings);
  }
  view.push({ kind: 'text', text: `open for a look, read-only: psql '${url}'` });
  const next = `then: strata restore --promote --data ${dataDir}, or: strata restore --discard --data ${dataDir}`;
  return outcome(data, [...view, { kind: 'text', text: next }]);
}
