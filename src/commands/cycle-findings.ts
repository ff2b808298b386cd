/** What a cycle showed, as Findings: the object, both definitions, the migration and the line to mend. */
import { type Finding, finding, type Place } from '../base/finding.ts';
import { statementsOf } from '../base/plan.ts';
import type { Change } from '../catalog/change.ts';
import { describe } from '../catalog/describe.ts';
import type { CycleResult } from '../migrate/cycle.ts';
import type { CompiledMigration } from '../migrate/model.ts';

export function cycleFindings(result: CycleResult | undefined): readonly Finding[] {
  if (!result || result.kind === 'clean') return [];
  const { migration } = result;
  const { name, file } = migration.file;
  if (result.kind === 'irreversible') {
    const message = `${name} cannot be undone: ${result.reason}`;
    const place = migration.down.kind === 'irreversible' ? migration.down.place : { file, line: 1, column: 1 };
    const hint = `Write a down for ${file}, if there can be one.`;
    return [finding({ code: 'cycle/irreversible', level: 'note', subject: name, message, hint, place })];
  }
  const restored = result.restored.map((change) => notRestored(migration, change));
  if (result.kind === 'differs')
    return [...restored, ...result.repeated.map((change) => notRepeated(migration, change))];
  return [...restored, failed(result)];
}

function notRestored(migration: CompiledMigration, change: Change): Finding {
  const { name } = migration.file;
  const told = describe(change);
  const what = {
    add: `${change.object} ${told.subject} is left behind`,
    drop: `${change.object} ${told.subject} is not brought back`,
    alter: told.message,
  }[change.action];
  const order = change.action === 'add' ? (['up', 'down'] as const) : (['down', 'up'] as const);
  const last = onlyOrder(change);
  const advice = last
    ? 'PostgreSQL adds a column behind the others: only a new table would bring the order back.'
    : `Mend the down of ${migration.file.file}.`;
  return finding({
    code: 'cycle/not-restored',
    level: last ? 'warning' : 'error',
    subject: told.subject,
    message: `${name}: after down ${what}`,
    hint: `${advice}\n${definitions(told.before, told.after, 'before up', 'after down')}`,
    place: placeOf(migration, told.subject, order),
    key: `${name} ${what}`,
  });
}

/** A dropped column that was brought back stands last: a loss that no down can avoid. */
function onlyOrder(change: Change): boolean {
  return change.action === 'alter' && change.fields.every(({ field }) => field === 'columns order');
}

function notRepeated(migration: CompiledMigration, change: Change): Finding {
  const { name, file } = migration.file;
  const told = describe(change);
  const what = {
    add: `${change.object} ${told.subject} is there only the second time`,
    drop: `${change.object} ${told.subject} is there only the first time`,
    alter: told.message,
  }[change.action];
  return finding({
    code: 'cycle/not-repeated',
    level: 'error',
    subject: told.subject,
    message: `${name}: up after down gives something else than up alone: ${what}`,
    hint: `Let ${file} say the same whenever it runs.\n${definitions(told.before, told.after, 'after up', 'after up again')}`,
    place: placeOf(migration, told.subject, ['up', 'down']),
    key: `${name} ${what}`,
  });
}

function failed(result: Extract<CycleResult, { kind: 'failed' }>): Finding {
  const { migration, step, failure, restored } = result;
  const { name, file } = migration.file;
  const why = restored.length > 0 ? ` What its down left behind is listed above; mend the down of ${file} first.` : '';
  const advice = {
    up: 'The migrations after it were not cycled.',
    down: `Correct the down of ${file}.`,
    'up again': `It must run on what its own down leaves.${why}`,
  }[step];
  return finding({
    code: `cycle/${step.replace(' ', '-')}-failed`,
    level: 'error',
    subject: name,
    message: `${name} fails in ${step}: ${failure.message}`,
    hint: failure.detail === '' ? advice : `${advice}\n${failure.detail}`,
    place: failure.place,
    key: step,
  });
}

function definitions(before: string | null, after: string | null, was: string, is: string): string {
  return [`${was}: ${before ?? 'not there'}`, `${is}: ${after ?? 'not there'}`].join('\n');
}

/**
 * The first statement, in the order of directions given, that names the object, one with such a word before others; else
 * the first statement there is.
 */
export function placeOf(
  migration: CompiledMigration,
  subject: string,
  order: readonly ('up' | 'down')[],
  word = /(?:)/,
): Place {
  const name = subject.replace(/\(.*$/s, '').split('.').at(-1) ?? subject;
  const statements = order.flatMap((direction) => statementsOf(migration[direction]));
  const pattern = new RegExp(`(?<![\\w$])${escaped(name)}(?![\\w$])`, 'iu');
  const naming = statements.filter(({ sql }) => pattern.test(sql));
  const found = naming.find(({ sql }) => word.test(sql)) ?? naming[0];
  return (found ?? statements[0])?.place ?? { file: migration.file.file, line: 1, column: 1 };
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
