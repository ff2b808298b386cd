/** `backup prune`: what the policy keeps and why; deletes the rest only with `--delete`. */
import { resolve } from 'node:path';
import { type PruneInput, planPrune, pruneBackups } from '../backup/prune.ts';
import { calendarOf } from '../backup/retention.ts';
import { type SimulatedDay, simulate } from '../backup/simulation.ts';
import { messageOf, ToolError } from '../base/errors.ts';
import { type Block, type Cell, outcome } from '../base/finding.ts';
import { pruneData, pruneView, refusal } from './backup-shown.ts';
import type { Run } from './command.ts';
import { monitored } from './monitored.ts';

/** Watched when it deletes: a look is no run. */
export const run: Run = (context, options) => {
  const deletes = options.delete === true && options.simulate !== true && options.remote !== true;
  return deletes ? monitored('prune', prune)(context, options) : prune(context, options);
};

const prune: Run = async (context, options) => {
  const { config, runtime } = context;
  const policy = config.backup.retention;
  checkTimeZone(policy.timeZone);
  if (options.simulate === true) {
    const days = simulate(policy, runtime.now().getTime());
    const kept = days.filter((day) => day.kept !== '');
    return outcome({ policy, days: kept }, [calendar(days), legend(kept.length, days.length)]);
  }
  if (options.remote === true) return (await import('./backup-remote.ts')).prune(context, options);
  const dir = resolve(config.root, config.backup.dir);
  const input: PruneInput = { dir, policy, damaged: options.damaged === true, runtime };
  const deleted = options.delete === true;
  const plans = deleted ? await pruneBackups(input) : await planPrune(input);
  const verdicts = plans.flatMap((plan) => plan.verdicts);
  const shown = { where: dir, deleted, command: 'strata backup prune --delete' };
  return outcome(pruneData(verdicts, deleted), pruneView(verdicts, shown), plans.flatMap(refusal));
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
