/** `wal prune`: which base backups and which WAL are needed, and why; deletes the rest only with `--delete`. */
import { resolve } from 'node:path';
import { type Block, type Cell, type Finding, finding, outcome } from '../base/finding.ts';
import { openArchive } from '../wal/archive.ts';
import { lsnText } from '../wal/lsn.ts';
import { planWalPrune, pruneWal } from '../wal/prune.ts';
import type { WalRetention } from '../wal/retention.ts';
import type { Run } from './command.ts';
import { monitored } from './monitored.ts';

export const run: Run = async (context, options) =>
  options.delete === true ? await monitored('wal prune', prune)(context, options) : await prune(context, options);

const prune: Run = async ({ config, runtime }, options) => {
  const { dir, days } = config.backup.wal;
  const archive = await openArchive(resolve(config.root, dir));
  const input = { archive, days, runtime };
  const deleted = options.delete === true;
  const plan = deleted ? await pruneWal(input) : await planWalPrune(input);
  const data = {
    deleted,
    days,
    cut: plan.cut === null ? null : lsnText(plan.cut),
    bases: plan.bases.map(({ base, keep, reason }) => ({
      id: base.id,
      parent: base.manifest?.parent ?? null,
      stopped_at: base.manifest?.stopped_at ?? null,
      keep,
      reason,
    })),
    files: plan.files,
  };
  return outcome(data, viewOf(plan, deleted), refusal(plan, archive.dir));
};

function refusal({ blocked }: WalRetention, subject: string): readonly Finding[] {
  if (blocked === null) return [];
  const message = `nothing may be deleted: ${blocked}`;
  const hint = 'See what is wrong with: strata wal status --verify; take a new base backup with: strata wal base';
  return [finding({ code: 'wal/prune-refused', level: 'error', subject, message, hint })];
}

function viewOf({ bases, files }: WalRetention, deleted: boolean): readonly Block[] {
  const [stay, go] = deleted ? ['kept', 'deleted'] : ['keep', 'delete'];
  const rows = bases.map(({ base, keep, reason }): Cell[] => [
    base.id,
    base.manifest?.parent ?? '',
    base.manifest?.stopped_at ?? '',
    keep ? { text: stay ?? '', tone: 'good' } : { text: go ?? '', tone: 'bad' },
    reason,
  ]);
  const head = ['base backup', 'builds on', 'recoverable from', deleted ? 'done' : 'would', 'why'];
  const going = bases.filter((one) => !one.keep).length;
  const counts = `${going} base backups and ${files.length} files of WAL ${deleted ? 'deleted' : 'to delete'}`;
  const advice = !deleted && going + files.length > 0 ? '; nothing was touched: strata wal prune --delete' : '';
  return [
    { kind: 'table', head, rows },
    { kind: 'text', text: counts + advice },
  ];
}
