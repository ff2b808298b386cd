/** Constraints that are written inside ADD COLUMN, as commands of their own: only those have a NOT VALID and a USING INDEX. */
import { folded, tokenize } from '../syntax/lexer.ts';
import { offsetOfByte } from '../syntax/place.ts';
import type { AddedConstraint } from './action.ts';
import { isFilled } from './columns.ts';
import { columnOf, constraintOf } from './definitions.ts';
import { show } from './rule.ts';
import { list, type Node, record } from './tree.ts';

export interface Inline {
  /** ADD COLUMN without them. */
  readonly host: string;
  readonly added: readonly { readonly clause: string; readonly constraint: AddedConstraint }[];
}

/** `command` of `sql`, which stands between the offsets. Null: there is nothing to take out, or it cannot be done for certain. */
export function takenOut(sql: string, [from, to]: readonly [number, number], command: Node): Inline | null {
  if (command.subtype !== 'AT_AddColumn' || command.missing_ok === true) return null;
  const definition = record(record(command.def).ColumnDef);
  const column = columnOf(definition);
  const parts = list(definition.constraints).map(({ Constraint }) => record(Constraint));
  const begins = parts
    .filter(({ contype }) => !String(contype).startsWith('CONSTR_ATTR_'))
    .map(({ location }) => location);
  const places = [...begins, record(definition.collClause).location].filter((one) => typeof one === 'number');
  const ends = places.map((one) => offsetOfByte(sql, one));
  const spans: [number, number][] = [];
  const added: { clause: string; constraint: AddedConstraint }[] = [];
  for (const part of parts) {
    const constraint = constraintOf(part, [column.name]);
    if (!constraint || !hurts(constraint, isFilled(column)) || typeof part.location !== 'number') continue;
    const start = offsetOfByte(sql, part.location);
    const end = Math.min(to, ...ends.filter((one) => one > start));
    const clause = asCommand(sql.slice(start, end).trim(), constraint, column.name);
    if (clause === null) return null;
    spans.push([start, end]);
    added.push({ clause, constraint });
  }
  if (added.length === 0) return null;
  const kept = spans
    .toSorted((a, b) => a[0] - b[0])
    .reduceRight((text, [a, b]) => text.slice(0, a - from) + text.slice(b - from), sql.slice(from, to));
  return { host: kept.trimEnd(), added };
}

function hurts({ kind }: AddedConstraint, filled: boolean): boolean {
  return kind === 'check' || kind === 'unique' || (kind === 'foreign key' && filled);
}

/** `CONSTRAINT k REFERENCES u` → `ADD CONSTRAINT k FOREIGN KEY (c) REFERENCES u`; null where a comment stands in it. */
function asCommand(text: string, { kind }: AddedConstraint, column: string): string | null {
  const tokens = tokenize(text);
  const bare = tokens.reduce(
    (rest, { start, end }) => rest.slice(0, start) + ' '.repeat(end - start) + rest.slice(end),
    text,
  );
  if (bare.trim() !== '') return null;
  const name = `(${show(column)})`;
  for (const [index, token] of tokens.entries()) {
    const word = folded(text, token);
    const [head, tail] = [text.slice(0, token.start), text.slice(token.start)];
    if (kind === 'check' && word === 'check') return `ADD ${text}`;
    if (kind === 'foreign key' && word === 'references') return `ADD ${head}FOREIGN KEY ${name} ${tail}`;
    if (kind !== 'unique' || word !== 'unique') continue;
    const words = tokens.slice(index + 1, index + 4).map((one) => folded(text, one));
    const nulls = words[0] === 'nulls' ? (words[1] === 'not' ? 3 : 2) : 0;
    const end = tokens[index + nulls]?.end ?? token.end;
    return `ADD ${text.slice(0, end)} ${name}${text.slice(end)}`;
  }
  return null;
}
