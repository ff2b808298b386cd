/** How plans and runs are shown to people: shared by the commands that make them. */
import type { Block, Finding } from '../base/finding.ts';
import type { PlanStep, Statement } from '../base/plan.ts';
import type { StepResult } from '../migrate/execution.ts';
import type { Measured } from '../migrate/measure.ts';
import { type LockNote, lockText, measuredText } from './lock-note.ts';

/** What is known of each statement of a plan beside its text. */
export interface Notes {
  readonly locks: ReadonlyMap<Statement, readonly LockNote[]>;
  /** Why not all locks of a statement are told. */
  readonly unknown: ReadonlyMap<Statement, string>;
  readonly hazards: readonly Finding[];
  /** What a rehearsal found out; empty without one. */
  readonly measured: ReadonlyMap<Statement, Measured>;
}

/** The exact SQL of a plan, ready for psql: comments say what happens around the statements. */
export function planText(steps: readonly PlanStep[], notes: Notes): string {
  return steps.map((step) => stepText(step, notes)).join('\n');
}

function stepText({ name, direction, script }: PlanStep, notes: Notes): string {
  if (script.kind === 'irreversible') return `-- ${name} (${direction}): irreversible: ${script.reason}\n`;
  const how = script.transactional ? 'in one transaction' : `outside a transaction: ${script.reason ?? 'asked for'}`;
  const head = `-- ${name} (${direction}), ${how}`;
  if (script.kind === 'opaque')
    return `${head}\n-- cannot be shown: ${script.reason} (${script.place.file}:${script.place.line})\n`;
  const lines = script.statements.map((statement) => {
    const { sql, place } = statement;
    const locks = (notes.locks.get(statement) ?? []).filter(({ exists }) => exists).map(lockText);
    const measured = notes.measured.get(statement);
    const unknown = notes.unknown.get(statement);
    const told = [
      ...locks,
      ...(unknown === undefined ? [] : [unknown]),
      ...(measured ? [measuredText(measured)] : []),
      ...hazardsAt(statement, script.statements, notes.hazards).map(
        ({ code, message }) => `${code}: ${oneLine(message)}`,
      ),
    ];
    return [`-- ${place.file}:${place.line}`, ...told.map((text) => `-- ${text}`), sql, ';'].join('\n');
  });
  return [head, ...(script.transactional ? ['BEGIN;', ...lines, 'COMMIT;'] : lines), ''].join('\n');
}

/** Hazards stand at a line of the statement: at or behind its first, and before that of the next one in the file. */
function hazardsAt({ place }: Statement, all: readonly Statement[], hazards: readonly Finding[]): readonly Finding[] {
  const here = hazards.filter((one) => one.place?.file === place.file && one.place.line >= place.line);
  if (here.length === 0) return [];
  const next = all
    .filter((other) => other.place.file === place.file && other.place.line > place.line)
    .reduce((least, other) => Math.min(least, other.place.line), Number.POSITIVE_INFINITY);
  return here.filter((one) => (one.place?.line ?? 0) < next);
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ');
}

/** The plan as data: what `plan --json` gives. */
export function planData(steps: readonly PlanStep[], notes: Notes): readonly unknown[] {
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
        ? script.statements.map((statement) => ({
            ...statement,
            locks: notes.locks.get(statement) ?? [],
            locksUnknown: notes.unknown.get(statement) ?? null,
            hazards: hazardsAt(statement, script.statements, notes.hazards).map(({ fingerprint }) => fingerprint),
            measured: notes.measured.get(statement) ?? null,
          }))
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
