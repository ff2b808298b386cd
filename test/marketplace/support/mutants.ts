/** What guards the tables, from the catalog, and how each of it could be lost: dropped whole, or weakened in one place. */
import type { Session } from '../../../src/pg/pool.ts';

export interface Guard {
  readonly name: string;
  readonly kind: 'check' | 'unique' | 'exclude' | 'index' | 'trigger';
  readonly table: string;
  readonly definition: string;
}

export interface Mutant {
  /** `dropped`, or the weaker definition. */
  readonly how: string;
  readonly sql: string;
}

/** CHECKs, UNIQUEs, EXCLUDEs, unique indexes of no constraint, and triggers whose function raises; partitions follow their parents. */
export function readGuards(s: Session): Promise<readonly Guard[]> {
  return s.query<Guard & object>(`
    WITH ours AS (SELECT oid, relname::text AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition)
    SELECT conname::text AS name, CASE contype WHEN 'c' THEN 'check' WHEN 'u' THEN 'unique' ELSE 'exclude' END AS kind, ours.name AS table,
      pg_get_constraintdef(k.oid) AS definition
    FROM pg_constraint k JOIN ours ON ours.oid = conrelid WHERE contype IN ('c', 'u', 'x')
    UNION ALL
    SELECT c.relname::text, 'index', ours.name, pg_get_indexdef(indexrelid)
    FROM pg_index i JOIN ours ON ours.oid = indrelid JOIN pg_class c ON c.oid = indexrelid
    WHERE indisunique AND NOT indisprimary AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('u', 'x'))
    UNION ALL
    SELECT tgname::text, 'trigger', ours.name, pg_get_triggerdef(t.oid)
    FROM pg_trigger t JOIN ours ON ours.oid = tgrelid JOIN pg_proc p ON p.oid = tgfoid WHERE NOT tgisinternal AND prosrc ~ 'RAISE EXCEPTION'
    ORDER BY 3, 1`);
}

export function mutantsOf({ name, kind, table, definition }: Guard): readonly Mutant[] {
  if (kind === 'trigger') return [{ how: 'dropped', sql: `DROP TRIGGER ${name} ON ${table}` }];
  const drop = kind === 'index' ? `DROP INDEX ${name}` : `ALTER TABLE ${table} DROP CONSTRAINT ${name}`;
  const remade = (weaker: string): string =>
    kind === 'index' ? weaker : `ALTER TABLE ${table} ADD CONSTRAINT ${name} ${weaker}`;
  const weaker = kind === 'check' ? weakerChecks(definition) : fewerElements(definition, /= ANY/);
  return [{ how: 'dropped', sql: drop }, ...weaker.map((how) => ({ how, sql: `${drop}; ${remade(how)}` }))];
}

/** NOT VALID: the rows that are there are right. */
function weakerChecks(definition: string): readonly string[] {
  const inside = /^CHECK \((.*)\)$/s.exec(definition)?.[1] ?? '';
  return [...weaker(inside), ...fewerElements(inside, /<> ALL/)].map((expression) => `CHECK (${expression}) NOT VALID`);
}

/**
 * One part of a condition lost: an arm of an AND, one direction of an equivalence, one unit at a limit. Reads the text of
 * pg_get_constraintdef, which puts every operation into parentheses.
 */
function weaker(expression: string): readonly string[] {
  const bare = unwrapped(expression);
  for (const word of [' AND ', ' OR ']) {
    const arms = split(bare, word);
    if (arms.length === 1) continue;
    const within = arms.flatMap((arm, i) => weaker(arm).map((less) => arms.with(i, `(${less})`).join(word)));
    const without = word === ' AND ' ? arms.map((_, i) => arms.toSpliced(i, 1).join(word)) : [];
    return [...without, ...within];
  }
  const [left = '', right = '', ...more] = split(bare, ' = ');
  if (more.length === 0 && isGroup(left) && isGroup(right))
    return [`NOT ${left} OR ${right}`, `${left} OR NOT ${right}`];
  const limit = /^(.* (?:>=|<=|>|<) )\(?(-?\d+)(\)::numeric)?$/.exec(bare);
  if (!limit) return [];
  const [, before = '', value = '', cast] = limit;
  const looser = Number(value) + (/> $|>= $/.test(before) ? -1 : 1);
  return [`${before}(${looser})${cast ? '::numeric' : ''}`];
}

/** The same with one element fewer in a list, for each list of two or more. */
function fewerElements(text: string, before: RegExp): readonly string[] {
  const list = new RegExp(`${before.source} \\(\\(?ARRAY\\[([^\\]]*)\\]`, 'g');
  return [...text.matchAll(list)].flatMap((found) => {
    const elements = (found[1] ?? '').split(', ');
    const whole = `ARRAY[${found[1]}]`;
    if (elements.length < 2) return [];
    return elements.map((_, i) => text.replace(whole, `ARRAY[${elements.toSpliced(i, 1).join(', ')}]`));
  });
}

const isGroup = (text: string): boolean => unwrapped(text) !== text;

/** Without the parentheses around the whole. */
function unwrapped(text: string): string {
  const inner = text.slice(1, -1);
  return text.startsWith('(') && text.endsWith(')') && isBalanced(inner) ? unwrapped(inner) : text;
}

function isBalanced(text: string): boolean {
  let depth = 0;
  for (const c of text) {
    depth += c === '(' ? 1 : c === ')' ? -1 : 0;
    if (depth < 0) return false;
  }
  return depth === 0;
}

/** At the words that stand in no parentheses. */
function split(text: string, word: string): readonly string[] {
  const parts: string[] = [];
  for (const part of text.split(word)) {
    const open = parts.at(-1);
    if (open !== undefined && !isBalanced(open)) parts[parts.length - 1] = `${open}${word}${part}`;
    else parts.push(part);
  }
  return parts;
}
