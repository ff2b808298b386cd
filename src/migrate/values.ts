/**
 * Arguments of builder calls that node-pg-migrate 9.0 would turn into wrong or broken SQL. Measured, not guessed:
 * - an array's strings lose the word ARRAY: default ['ARRAY a'] becomes ' a'. Rendered here instead.
 * - a line break inside a default becomes a space. Rendered here instead.
 * - operators and their types are quoted like names of tables: see operators.ts.
 * - empty definitions (`createTable(x, {})`, a view without a query) render SQL that is broken or means nothing. Refused.
 */
import { literal, type Sql } from '../base/ident.ts';
import { asIs, type Shorthands } from './builder.ts';
import { repairedOperators } from './operators.ts';

/** The arguments with every value that the builder would garble replaced by finished SQL. The same array when none is. */
export function repaired(
  operation: string,
  args: readonly unknown[],
  direction: 'forward' | 'reverse',
): readonly unknown[] {
  if (operation === 'sql') return repairedMapping(args);
  if (operation.includes('Operator')) return repairedOperators(operation, args, direction);
  return args.some((arg) => hasFault(arg)) ? args.map((arg) => repair(arg)) : args;
}

/** The same for shorthands, whose defaults the builder puts into columns. */
export function repairedShorthands(shorthands: object): Shorthands {
  return repair(shorthands) as Shorthands;
}

/** A message when the call would render SQL that means nothing; null when it is fine. */
export function emptyDefinition(operation: string, args: readonly unknown[]): string | null {
  const rule = MUST_HOLD[operation];
  if (!rule || !isEmpty(args[rule.index])) return null;
  const options = args[2];
  if (operation === 'createTable' && isRecord(options) && (options.like || options.inherits || options.constraints)) {
    return null;
  }
  return `pgm.${operation}() has no ${rule.what}`;
}

const MUST_HOLD: Readonly<Record<string, { readonly index: number; readonly what: string }>> = {
  createTable: { index: 1, what: 'columns' },
  addColumns: { index: 1, what: 'columns' },
  addColumn: { index: 1, what: 'columns' },
  dropColumns: { index: 1, what: 'columns' },
  dropColumn: { index: 1, what: 'columns' },
  alterColumn: { index: 2, what: 'changes' },
  createIndex: { index: 1, what: 'columns' },
  addIndex: { index: 1, what: 'columns' },
  addConstraint: { index: 2, what: 'definition' },
  createConstraint: { index: 2, what: 'definition' },
  createView: { index: 2, what: 'query' },
  createMaterializedView: { index: 2, what: 'query' },
  createFunction: { index: 3, what: 'body' },
  alterSequence: { index: 1, what: 'changes' },
  alterRole: { index: 1, what: 'changes' },
};

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (typeof value === 'string') return value.trim() === '';
  if (Array.isArray(value)) return value.length === 0;
  return isRecord(value) && Object.keys(value).length === 0;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A finished piece of SQL (`pgm.func`, PgLiteral): never touched. */
function isFinished(value: unknown): boolean {
  return isRecord(value) && value.literal === true;
}

function hasFault(value: unknown, key = ''): boolean {
  if (key === 'default') return isGarbled(value) || (isRecord(value) && !isFinished(value) && hasFaultyMember(value));
  return typeof value === 'object' && value !== null && !isFinished(value) && hasFaultyMember(value);
}

/** Own members alone matter, but arguments are plain data, and a loop costs a third of what Object.entries does. */
function hasFaultyMember(value: object): boolean {
  for (const name in value) if (hasFault((value as Record<string, unknown>)[name], name)) return true;
  return false;
}

function repair(value: unknown, key = ''): unknown {
  if (key === 'default' && isGarbled(value)) return asIs(valueSql(value));
  if (typeof value !== 'object' || value === null || isFinished(value) || !hasFaultyMember(value)) return value;
  if (Array.isArray(value)) return value.map((member) => repair(member));
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, repair(member, name)]));
}

function isGarbled(value: unknown): boolean {
  if (typeof value === 'string') return /[\r\n]/.test(value);
  return (
    Array.isArray(value) && value.flat(9).some((member) => typeof member === 'string' && /ARRAY|[\r\n]/.test(member))
  );
}

/** `pgm.sql(text, { name: value })`: only arrays go wrong there. */
function repairedMapping(args: readonly unknown[]): readonly unknown[] {
  const [text, mapping, ...rest] = args;
  if (!isRecord(mapping)) return args;
  const faulty = Object.values(mapping).some((value) => Array.isArray(value) && isGarbled(value));
  if (!faulty) return args;
  const entries = Object.entries(mapping).map(([name, value]) => [
    name,
    Array.isArray(value) && isGarbled(value) ? asIs(valueSql(value)) : value,
  ]);
  return [text, Object.fromEntries(entries), ...rest];
}

/** As the builder's escapeValue means it, without its faults. */
function valueSql(value: unknown): string {
  return Array.isArray(value) ? `ARRAY${arraySql(value)}` : scalarSql(value);
}

function arraySql(value: readonly unknown[]): string {
  return `[${value.map((member) => (Array.isArray(member) ? arraySql(member) : scalarSql(member))).join(',')}]`;
}

function scalarSql(value: unknown): string {
  if (value === null || value === undefined) return 'NULL';
  if (isFinished(value)) return String((value as { readonly value?: unknown }).value);
  if (typeof value === 'string') return oneLine(literal(value));
  return String(value);
}

/** Line breaks as escapes: the builder would fold them. */
function oneLine(text: Sql): string {
  if (!/[\r\n]/.test(text)) return text.trim();
  const quoted = text.trim();
  const escaped = quoted.startsWith('E') ? quoted : `E${quoted}`;
  return escaped.replaceAll('\r', '\\r').replaceAll('\n', '\\n');
}
