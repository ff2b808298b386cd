/** Rows with explicit ids leave the sequence behind: without this, the next plain INSERT would collide with them. */
import { ident, literal, qname } from '../base/ident.ts';
import type { QName, Sequence, Snapshot } from '../catalog/model.ts';
import type { Session } from '../pg/pool.ts';

/** A table and the columns that were given values. */
export interface Given {
  readonly table: QName;
  readonly columns: readonly string[];
}

/** Moves the sequences behind identity and serial columns that were given past the largest value; never back. */
export async function advanceSequences(session: Session, tables: readonly Given[], snapshot: Snapshot): Promise<void> {
  const given = new Set(
    tables.flatMap(({ table, columns }) => columns.map((name) => `${table.schema}\0${table.name}\0${name}`)),
  );
  const behind = snapshot.sequences.filter(
    ({ ownedBy }) => ownedBy && given.has(`${ownedBy.schema}\0${ownedBy.name}\0${ownedBy.column}`),
  );
  const statements = behind.flatMap(advance);
  if (statements.length > 0) await session.batch(statements.join(';\n'));
}

function advance({ schema, name, ownedBy, increment }: Sequence): string[] {
  if (ownedBy === null) return [];
  const [extreme, beyond] = increment.startsWith('-') ? ['min', '<'] : ['max', '>'];
  const column = ident(ownedBy.column);
  const sequence = qname(schema, name);
  return [
    `SELECT pg_catalog.setval(${literal(sequence)}::pg_catalog.regclass, given.value)
       FROM (SELECT ${extreme}(${column}) AS value FROM ${qname(ownedBy.schema, ownedBy.name)}) AS given, ${sequence} AS s
      WHERE given.value ${beyond} s.last_value OR (given.value = s.last_value AND NOT s.is_called)`,
  ];
}
