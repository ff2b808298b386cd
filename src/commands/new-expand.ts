/** `strata new … --expand-contract table.column`: what the database says of the column, and five migrations made of it. */
import { ToolError } from '../base/errors.ts';
import { type ColumnFacts, expandContract, type Phase } from '../migrate/expand-contract.ts';
import factsText from '../migrate/sql/column-facts.sql';
import type { Context, Options } from './command.ts';
import { withDatabase } from './database.ts';

interface Facts extends ColumnFacts {
  readonly found: boolean;
  readonly taken: boolean;
  readonly generated: boolean;
  readonly keyed: boolean;
}

/** Throws USAGE for flags that are missing and for a column that cannot be replaced this way. */
export async function expandPhases(context: Context, options: Options, given: string): Promise<readonly Phase[]> {
  const { column, type } = options as { readonly column?: string; readonly type?: string };
  const dot = given.lastIndexOf('.');
  if (dot < 1 || dot === given.length - 1 || !column || !type) {
    throw new ToolError('USAGE', '--expand-contract needs a table and its column, --column and --type', {
      hint: 'For example: strata new minor units --expand-contract bookings.rate_cents --column rate_minor --type bigint --using "rate_cents * 10" --back "rate_minor / 10"',
    });
  }
  const [table, old] = [given.slice(0, dot), given.slice(dot + 1)];
  const [facts] = await withDatabase(context, (session) => session.query<Facts>(factsText, [table, old, column]));
  refuse(facts, { table, old, column });
  const text = (name: string): string | undefined => {
    const value = options[name];
    return typeof value === 'string' && value.trim() !== '' ? value : undefined;
  };
  return expandContract(facts, {
    type,
    using: text('using') ?? `${facts.old}::${type}`,
    back: text('back') ?? `${facts.new}::${facts.type}`,
    default: text('default') ?? null,
  });
}

interface Names {
  readonly table: string;
  readonly old: string;
  readonly column: string;
}

function refuse(facts: Facts | undefined, { table, old, column }: Names): asserts facts is Facts {
  if (!facts || !['r', 'p'].includes(facts.kind))
    throw unfit(`there is no table ${table}`, 'See which there are: strata db psql -c "\\dt"');
  if (!facts.found)
    throw unfit(`${table} has no column ${old}`, 'Name the column as the database does, without quotes.');
  if (facts.taken) throw unfit(`${table} has a column ${column} already`, 'Choose another name for the new column.');
  if (facts.generated) {
    throw unfit(
      `${table}.${old} is generated: nobody writes it`,
      'Add a column that is generated the new way, and drop this one later.',
    );
  }
  if (!facts.keyed) throw unfit(`${table} has no primary key, which the backfill goes along`, `Add one first.`);
}

function unfit(message: string, hint: string): ToolError {
  return new ToolError('USAGE', message, { hint });
}
