/** `backup prune`: what the policy keeps and why; deletes the rest only with `--delete`. */
import { resolve } from 'node:path';
import { type PruneInput, planPrune, pruneBackups } from '../backup/prune.ts';
import { calendarOf, type RetentionPlan, type Verdict } from '../backup/retention.ts';
import { type SimulatedDay, simulate } from '../backup/simulation.ts';
import { messageOf, ToolError } from '../base/errors.ts';
import { type Block, type Cell, type Finding, finding, outcome } from '../base/finding.ts';
import type { Run } from './command.ts';

export const run: Run = async ({ config, runtime }, options) => {
  const policy = config.backup.retention;
  checkTimeZone(policy.timeZone);
  if (options.simulate === true) {
    const days = simulate(policy, runtime.now().getTime());
    const kept = days.filter((day) => day.kept !== '');
    return outcome({ policy, days: kept }, [calendar(days), legend(kept.length, days.length)]);
  }
  const dir = resolve(config.root, config.backup.dir);
  const input: PruneInput = { dir, policy, damaged: options.damaged === true, runtime };
  const deleted = options.delete === true;
  const plans = deleted ? await pruneBackups(input) : await planPrune(input);
  const verdicts = plans.flatMap((plan) => plan.verdicts);
  const data = {
    deleted,
    backups: verdicts.map(({ id, database, at, state, keep, reasons }) => ({
      id,
      database,
      at: new Date(at).toISOString(),
      state,
      keep,
      reasons,
    })),
  };
  return outcome(data, viewOf(verdicts, dir, deleted), plans.flatMap(refusal));
};

function checkTimeZone(timeZone: string): void {
  try {
    calendarOf(timeZone);
  } catch (thrown) {
    throw new ToolError('CONFIG_INVALID', `backup.retention.timeZone "${timeZone}" is no time zone`, {
      detail: messageOf(thrown),
      hint: 'Use UTC or an IANA name like Europe/Berlin.',
      cause: thrown,
    });
  }
}

function refusal({ database, blocked }: RetentionPlan): readonly Finding[] {
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

function viewOf(verdicts: readonly Verdict[], dir: string, deleted: boolean): readonly Block[] {
  if (verdicts.length === 0) return [{ kind: 'text', text: `no backups in ${dir}`, tone: 'warn' }];
  const going = verdicts.filter((one) => !one.keep).length;
  const head = ['backup', 'database', 'state', deleted ? 'done' : 'would', 'why'];
  const table: Block = { kind: 'table', head, rows: verdicts.map((one) => rowOf(one, deleted)) };
  const counts = `${verdicts.length - going} kept, ${going} ${deleted ? 'deleted' : 'to delete'}`;
  const advice = !deleted && going > 0 ? '; nothing was touched: delete them with: strata backup prune --delete' : '';
  return [table, { kind: 'text', text: counts + advice }];
}

function rowOf({ id, database, state, keep, reasons }: Verdict, deleted: boolean): readonly Cell[] {
  const [stay, go] = deleted ? ['kept', 'deleted'] : ['keep', 'delete'];
  const fate: Cell = keep ? { text: stay ?? '', tone: 'good' } : { text: go ?? '', tone: 'bad' };
  return [id, database ?? '', state, fate, reasons.join(', ')];
}

const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** A line a week; a day that is kept tells by which rules. */
function calendar(days: readonly SimulatedDay[]): Block {
  const weeks = new Map<string, Cell[]>();
  for (const day of days) {
    const row = weeks.get(day.weekly) ?? Array<Cell>(7).fill('');
    const weekday = (new Date(`${day.daily}T00:00:00Z`).getUTCDay() + 6) % 7;
    const date = day.daily.slice(5);
    row[weekday] = day.kept ? { text: `${date} ${day.kept}`, tone: 'good' } : { text: date, tone: 'quiet' };
    weeks.set(day.weekly, row);
  }
  return { kind: 'table', head: ['week', ...WEEKDAYS], rows: [...weeks].map(([week, row]) => [week, ...row]) };
}

function legend(kept: number, days: number): Block {
  const text = `one backup a day for ${days} days: ${kept} kept (d daily, w weekly, m monthly), the others deleted`;
  return { kind: 'text', text };
}
