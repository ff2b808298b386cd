/** How backups are told of, in the folder and in the bucket: the same words for both. */
import { backupSize } from '../backup/manifest.ts';
import type { RetentionPlan, Verdict } from '../backup/retention.ts';
import type { Verified } from '../backup/verify.ts';
import { type Block, type Cell, type Finding, finding } from '../base/finding.ts';
import { mebibytes } from './size.ts';

/** `3 d`, `5 h`, `12 min`, `40 s`; a clock that went back gives `0 s`. */
export function age(now: Date, then: string): string {
  const seconds = Math.max(0, Math.round((now.getTime() - Date.parse(then)) / 1000));
  if (seconds >= 86_400) return `${Math.floor(seconds / 86_400)} d`;
  if (seconds >= 3_600) return `${Math.floor(seconds / 3_600)} h`;
  return seconds >= 60 ? `${Math.floor(seconds / 60)} min` : `${seconds} s`;
}

export function verifyData(verified: readonly Verified[]): object {
  return { backups: verified.map((backup) => ({ id: backup.id, ok: isGood(backup) })) };
}

export function verifyView(verified: readonly Verified[]): Block {
  return { kind: 'table', head: ['backup', 'result', 'files', 'read'], rows: verified.map(verifyRow) };
}

function isGood({ findings }: Verified): boolean {
  return !findings.some((found) => found.level === 'error');
}

function verifyRow(backup: Verified): readonly Cell[] {
  const { id, manifest } = backup;
  const result: Cell = isGood(backup) ? { text: 'good', tone: 'good' } : { text: 'damaged', tone: 'bad' };
  return [id, result, String(manifest?.files.length ?? 0), manifest ? mebibytes(backupSize(manifest)) : ''];
}

export function pruneData(verdicts: readonly Verdict[], deleted: boolean): object {
  const backups = verdicts.map(({ at, held: _, ...verdict }) => ({ ...verdict, at: new Date(at).toISOString() }));
  return { deleted, backups };
}

export function refusal({ database, blocked }: RetentionPlan): readonly Finding[] {
  if (blocked === null) return [];
  return [
    finding({
      code: 'prune/refused',
      level: 'error',
      subject: database ?? 'backups that cannot be read',
      message: `nothing may be deleted: ${blocked}`,
      hint: 'See what is wrong with: strata backup verify; take a good one with: strata backup create',
    }),
  ];
}

interface PruneShown {
  readonly where: string;
  readonly deleted: boolean;
  /** What deletes. */
  readonly command: string;
}

export function pruneView(verdicts: readonly Verdict[], { where, deleted, command }: PruneShown): readonly Block[] {
  if (verdicts.length === 0) return [{ kind: 'text', text: `no backups in ${where}`, tone: 'warn' }];
  const going = verdicts.filter((one) => !one.keep).length;
  const head = ['backup', 'database', 'state', deleted ? 'done' : 'would', 'why'];
  const table: Block = { kind: 'table', head, rows: verdicts.map((one) => pruneRow(one, deleted)) };
  const counts = `${verdicts.length - going} kept, ${going} ${deleted ? 'deleted' : 'to delete'}`;
  const advice = !deleted && going > 0 ? `; nothing was touched: delete them with: ${command}` : '';
  return [table, { kind: 'text', text: counts + advice }];
}

function pruneRow({ id, database, state, keep, reasons }: Verdict, deleted: boolean): readonly Cell[] {
  const [stay, go] = deleted ? ['kept', 'deleted'] : ['keep', 'delete'];
  const fate: Cell = keep ? { text: stay ?? '', tone: 'good' } : { text: go ?? '', tone: 'bad' };
  return [id, database ?? '', state, fate, reasons.join(', ')];
}
