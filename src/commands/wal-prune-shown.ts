/** What `wal prune` keeps and why, of the archive here or in the bucket. */
import { type Block, type Cell, type Finding, finding, type Outcome, outcome } from '../base/finding.ts';
import { lsnText } from '../wal/lsn.ts';
import type { WalRetention } from '../wal/retention.ts';

export interface PruneTold {
  readonly deleted: boolean;
  readonly days: number;
  /** Folder or bucket. */
  readonly place: string;
  /** What the command needs besides `--delete`. */
  readonly flag: string;
}

export function pruneOutcome(plan: WalRetention, told: PruneTold): Outcome {
  const { deleted, days, place } = told;
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
  return outcome(data, viewOf(plan, told), refusal(plan, place));
}

function refusal({ blocked }: WalRetention, subject: string): readonly Finding[] {
  if (blocked === null) return [];
  const message = `nothing may be deleted: ${blocked}`;
  const hint = 'See what is wrong with: strata wal status --verify; take a new base backup with: strata wal base';
  return [finding({ code: 'wal/prune-refused', level: 'error', subject, message, hint })];
}

function viewOf({ bases, files }: WalRetention, { deleted, flag }: PruneTold): readonly Block[] {
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
  const advice = !deleted && going + files.length > 0 ? `; nothing was touched: strata wal prune${flag} --delete` : '';
  return [
    { kind: 'table', head, rows },
    { kind: 'text', text: counts + advice },
  ];
}
