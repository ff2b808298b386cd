/** How plans and runs are shown to people: shared by the commands that make them. */
import type { Block } from '../base/finding.ts';
import type { PlanStep, Statement } from '../base/plan.ts';
import type { StepResult } from '../migrate/execution.ts';
import { type LockNote, lockText } from './lock-note.ts';

/** The exact SQL of a plan, ready for psql: comments say what happens around the statements. */
export function planText(steps: readonly PlanStep[], locks: Locks): string {
  return steps.map((step) => stepText(step, locks)).join('\n');
}

type Locks = ReadonlyMap<Statement, readonly LockNote[]>;

function stepText({ name, direction, script }: PlanStep, locks: Locks): string {
  if (script.kind === 'irreversible') return `-- ${name} (${direction}): irreversible: ${script.reason}\n`;
  const how = script.transactional ? 'in one transaction' : `outside a transaction: ${script.reason ?? 'asked for'}`;
  const head = `-- ${name} (${direction}), ${how}`;
  if (script.kind === 'opaque')
    return `${head}\n-- cannot be shown: ${script.reason} (${script.place.file}:${script.place.line})\n`;
  const lines = script.statements.map((statement) => {
    const { sql, place } = statement;
    const notes = (locks.get(statement) ?? []).filter(({ exists }) => exists).map((note) => `-- ${lockText(note)}`);
    return [`-- ${place.file}:${place.line}`, ...notes, sql, ';'].join('\n');
  });
  return [head, ...(script.transactional ? ['BEGIN;', ...lines, 'COMMIT;'] : lines), ''].join('\n');
}

/** The plan as data: what `plan --json` gives. */
export function planData(steps: readonly PlanStep[], locks: Locks): readonly unknown[] {
  return steps.map(({ version, name, direction, file, script, checksum }) => ({
    version,
    name,
    direction,
    file,
    checksum,
    transactional: script.kind === 'irreversible' ? null : script.transactional,
    opaque: script.kind === 'opaque',
    reason: script.reason ?? null,
    statements:
      script.kind === 'statements'
        ? script.statements.map((statement) => ({ ...statement, locks: locks.get(statement) ?? [] }))
        : [],
  }));
}

/** A list longer than this is told by its end. */
const LONG = 50;

export function resultBlocks(results: readonly StepResult[], nothing: string): readonly Block[] {
  if (results.length === 0) return [{ kind: 'text', text: nothing, tone: 'quiet' }];
  const shown = results.length > LONG ? results.slice(-LONG) : results;
  const rows = shown.map(({ version, name, state, duration_ms }) => [
    version,
    name,
    {
      text: state.replace('_', ' '),
      tone: state === 'failed' || state === 'unknown' ? ('bad' as const) : ('good' as const),
    },
    duration_ms === null ? '' : `${duration_ms} ms`,
  ]);
  const table: Block = { kind: 'table', head: ['version', 'name', 'result', 'time'], rows };
  if (shown === results) return [table];
  return [{ kind: 'text', text: `${results.length} done, the last ${LONG}:` }, table];
}
