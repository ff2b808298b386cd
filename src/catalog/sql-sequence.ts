/** Statements for a sequence: its definition, never its position. */
import { ident, qname } from '../base/ident.ts';
import type { Altered } from './change.ts';
import type { Sequence, Snapshot } from './model.ts';
import { givenOn, newGrants } from './sql-grants.ts';
import { newComment, noRemedy, type Remedy, remedy, together } from './sql-remedy.ts';

/** All but the type, which that of an identity column gives. */
export function sequenceOptions(sequence: Sequence): string {
  const { start, increment, min, max, cache, cycle } = sequence;
  const bounds = `START WITH ${start} INCREMENT BY ${increment} MINVALUE ${min} MAXVALUE ${max}`;
  return `${bounds} CACHE ${cache} ${cycle ? 'CYCLE' : 'NO CYCLE'}`;
}

export function createSequence(sequence: Sequence, live: Snapshot): Remedy {
  const name = qname(sequence.schema, sequence.name);
  if (sequence.ownedBy?.identity) return noRemedy(`it comes with the identity column ${sequence.ownedBy.column}`);
  const create = `CREATE ${sequence.unlogged ? 'UNLOGGED ' : ''}SEQUENCE ${name} AS ${sequence.type} ${sequenceOptions(sequence)}`;
  // A column that is missing too says it when it is added.
  const owner = sequence.ownedBy;
  const table = live.tables.find((one) => one.schema === owner?.schema && one.name === owner.name);
  const isThere = table?.columns.some((column) => column.name === owner?.column) === true;
  return together(
    remedy([create, ...(isThere ? [ownedBy(sequence)] : [])]),
    newComment(`SEQUENCE ${name}`, sequence.comment),
    newGrants({ on: `SEQUENCE ${name}` }, sequence.grants, givenOn('sequences', sequence.schema, live)),
  );
}

export function alterSequence({ before, fields }: Altered<'sequence'>): Remedy {
  const name = qname(before.schema, before.name);
  const names = new Set(fields.map(({ field }) => field));
  const defined = ['type', 'start', 'increment', 'min', 'max', 'cache', 'cycle'].some((field) => names.has(field));
  const isIdentity = before.ownedBy?.identity === true;
  return together(
    remedy([
      ...(defined ? [`ALTER SEQUENCE ${name} AS ${before.type} ${sequenceOptions(before)}`] : []),
      ...(names.has('unlogged') ? [`ALTER SEQUENCE ${name} SET ${before.unlogged ? 'UNLOGGED' : 'LOGGED'}`] : []),
      ...(names.has('ownedBy') && !isIdentity ? [ownedBy(before)] : []),
    ]),
    names.has('ownedBy') && isIdentity
      ? noRemedy('it belongs to an identity column again when that is made')
      : remedy([]),
  );
}

function ownedBy({ schema, name, ownedBy: owner }: Sequence): string {
  const to = owner ? `${qname(owner.schema, owner.name)}.${ident(owner.column)}` : 'NONE';
  return `ALTER SEQUENCE ${qname(schema, name)} OWNED BY ${to}`;
}
