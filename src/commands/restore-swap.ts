/**
 * `restore --at … --in-place`: the recovered cluster takes the place of the old one. Our own server is stopped for the two renames
 * and started again; another one has to be stopped, and is started by whoever runs it.
 */
import { resolve } from 'node:path';
import { ToolError } from '../base/errors.ts';
import { type Block, type Outcome, outcome } from '../base/finding.ts';
import { withSession } from '../pg/pool.ts';
import { dataDirOf, readState } from '../server/state.ts';
import type { Archive } from '../wal/archive.ts';
import { readCluster } from '../wal/cluster.ts';
import type { Recovered } from '../wal/recovered.ts';
import { planSwap, refuseRunning, type SwapPlan, swap, unswap } from '../wal/swap.ts';
import type { Context, Options } from './command.ts';
import { embeddedOptions } from './database.ts';
import { type ClusterErasures, erasedLine } from './erasure-cluster.ts';

export interface InPlace {
  readonly plan: SwapPlan;
  /** True: the server is ours to stop and to start. */
  readonly ours: boolean;
}

/** Null: it was not asked for. Throws before anything is made: USAGE, CONFIRM_NEEDED, SWAP_FAILED. */
export async function inPlaceOf(context: Context, options: Options, archive: Archive): Promise<InPlace | null> {
  const { config, runtime } = context;
  if (options.inPlace !== true && options.replace === undefined) return null;
  const other = (['data', 'preview'] as const).find((flag) => options[flag] !== undefined);
  if (other !== undefined) {
    throw new ToolError('USAGE', `--in-place and --${other} exclude each other`, {
      hint: 'Look first with --data DIR --preview; then restore the same moment in place.',
    });
  }
  const ours = options.replace === undefined;
  const dataDir = ours ? ownDataDir(context) : resolve(config.root, String(options.replace));
  const plan = await planSwap(dataDir, archive.system_identifier, runtime.now());
  if (!ours) refuseRunning(plan);
  confirmed(plan, options, archive);
  return { plan, ours };
}

function ownDataDir({ config }: Context): string {
  const folder = resolve(config.root, config.embedded.dir);
  const state = config.target === null ? readState(folder) : null;
  if (state !== null) return dataDirOf(folder, state);
  throw new ToolError('USAGE', 'which data directory shall be replaced is not known: the server is not ours', {
    hint: 'Stop it, then name its directory (SHOW data_directory): --replace /var/lib/postgresql/17/main',
  });
}

/** What is typed is the system identifier's end: that of the cluster that goes, and of no other. */
function confirmed({ dataDir }: SwapPlan, { confirm }: Options, { system_identifier }: Archive): void {
  const key = system_identifier.slice(-6);
  if (confirm === key) return;
  throw new ToolError('CONFIRM_NEEDED', `restore --in-place takes the place of every database in ${dataDir}`, {
    detail: 'what was written after the moment is in the old directory only, which is kept beside it',
    hint: `If that is what you want, add the end of the cluster's system identifier: --confirm ${key}`,
  });
}

export async function putInPlace(
  context: Context,
  { plan, ours }: InPlace,
  recovered: Recovered,
  erasures: ClusterErasures,
): Promise<Outcome> {
  const { dataDir, kept } = plan;
  if (ours) await swapOurs(context, plan);
  else await swap(plan);
  const { base, timeline, last_transaction, lsn } = recovered;
  const state = ours ? 'started' : 'stopped';
  const { count, findings } = erasures.told();
  const data = { data: dataDir, state, kept, base, timeline, last_transaction, lsn, erasures: count };
  const what = last_transaction === null ? `position ${lsn}` : `the transaction of ${last_transaction}`;
  const view: Block[] = [
    { kind: 'text', text: `${dataDir} is the cluster up to ${what}, compared with the WAL`, tone: 'good' },
    { kind: 'text', text: `the old one is kept as ${kept}` },
    { kind: 'text', text: nextSteps(plan, ours) },
  ];
  if (count > 0) view.push({ kind: 'text', text: erasedLine(count) });
  return outcome(data, view, findings);
}

function nextSteps({ dataDir, kept }: SwapPlan, ours: boolean): string {
  const archive = 'strata wal enable --apply, then: strata wal base';
  if (ours) return `it runs; it archives nothing until: ${archive}`;
  return `start it (systemctl start postgresql, or pg_ctl -D '${dataDir}' start), look, then: ${archive}; at last: rm -r '${kept}'`;
}

async function swapOurs(context: Context, plan: SwapPlan): Promise<void> {
  const { startEmbedded, stopEmbedded } = await import('../server/embedded.ts');
  const options = embeddedOptions(context);
  await stopEmbedded(options);
  await swap(plan);
  try {
    const { target } = await startEmbedded(options);
    const { in_recovery } = await withSession(target, readCluster);
    if (in_recovery) throw new ToolError('SWAP_FAILED', 'the recovered server is still recovering');
  } catch (thrown) {
    await stopEmbedded(options).catch(() => false);
    await unswap(plan);
    await startEmbedded(options);
    throw new ToolError('SWAP_FAILED', 'the recovered cluster does not start: the old one has its place again', {
      detail: `the recovered one is ${plan.beside}`,
      hint: 'Look into .strata/server.log, and restore the moment with --data DIR --preview.',
      cause: thrown,
    });
  }
}
