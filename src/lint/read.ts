/**
 * Scripts into what rules judge: every statement parsed, what DO blocks hold beside what stands in the file itself, and the
 * bodies of routines apart, since they run when they are called. What cannot be parsed becomes a Finding.
 */
import { type Finding, finding, type Place } from '../base/finding.ts';
import type { Direction, Statement } from '../base/plan.ts';
import { parseSql } from '../syntax/parse.ts';
import { frame, offsetAt, placer, verbatimOffset } from '../syntax/place.ts';
import type { Action } from './action.ts';
import { actionsOf } from './actions.ts';
import { type InnerAct, type ReadBody, type Routine, readBody } from './body.ts';
import { show } from './rule.ts';
import type { Act, Read, RoutineActs, Subject } from './subject.ts';

/** Reads scripts; a text that comes again, as the versions of routines do, is parsed once. */
export function reader(): (subject: Subject, direction: Direction) => Promise<Read> {
  const known = new Map<string, Promise<ReadStatement>>();
  const read = (sql: string): Promise<ReadStatement> => {
    const before = known.get(sql) ?? readStatement(sql);
    known.set(sql, before);
    return before;
  };
  return (subject, direction) => readScript(subject, direction, read);
}

interface ReadStatement {
  readonly actions: readonly Action[];
  readonly bodies: readonly { readonly routine: Routine; readonly body: ReadBody }[];
  readonly fault: { readonly message: string; readonly offset: number } | null;
}

/** One statement; the actions of a DO block are in its body. */
export async function readStatement(sql: string): Promise<ReadStatement> {
  const parsed = await parseSql(sql);
  if (!parsed.ok) return { actions: [], bodies: [], fault: parsed.fault };
  const actions: Action[] = [];
  const bodies: { routine: Routine; body: ReadBody }[] = [];
  for (const action of parsed.statements.flatMap(({ node }) => actionsOf(node))) {
    if (action.kind !== 'do' && action.kind !== 'create routine') {
      actions.push(action);
      continue;
    }
    const body = await readBody(action, sql);
    actions.push({ ...action, content: body.body });
    bodies.push({ routine: action, body });
  }
  return { actions, bodies, fault: null };
}

async function readScript(
  subject: Subject,
  direction: Direction,
  read: (sql: string) => Promise<ReadStatement>,
): Promise<Read> {
  const script = subject[direction];
  const base = { subject, direction, transactional: script.kind === 'irreversible' || script.transactional };
  const nothing = { ...base, acts: [], routines: [], faults: [], statements: 0 };
  if (script.kind === 'irreversible') return nothing;
  if (script.kind === 'opaque') return { ...nothing, faults: [opaque(subject, direction, script)] };
  const acts: Act[] = [];
  const routines: RoutineActs[] = [];
  const faults: Finding[] = [];
  for (const statement of script.statements) {
    const { sql } = statement;
    const { actions, bodies, fault } = await read(sql);
    const placeOf = placesIn(subject, statement);
    if (fault) faults.push(syntaxError(subject, direction, { ...fault, sql, placeOf }));
    acts.push(...actions.map((action) => ({ action: statement.inBatches ? batched(action) : action, sql, placeOf })));
    for (const { routine, body } of bodies) {
      const own = body.acts.map((inner) => innerAct(inner, placeOf));
      if (routine.kind === 'do') acts.push(...own);
      else if (own.length > 0) routines.push({ name: show(routine.name), acts: own });
      if (body.fault?.sure) faults.push(syntaxError(subject, direction, { ...body.fault, sql, placeOf }));
      else if (body.fault) faults.push(unreadBody(subject, direction, placeOf(body.fault.offset), body.fault.message));
    }
  }
  return { ...base, acts, routines, faults, statements: script.statements.length };
}

/** `-- strata: in-batches`: as if every range of keys were written out. */
function batched(action: Action): Action {
  const rows = action.kind === 'update' || action.kind === 'delete';
  return rows ? { ...action, where: { reach: 'bounded', merge: false } } : action;
}

function innerAct({ action, sql, start }: InnerAct, placeOf: Act['placeOf']): Act {
  return { action, sql, placeOf: (offset) => placeOf(start + offset) };
}

/** Exact where the statement stands in a file as it is sent; for what a builder rendered, the place of the call. */
function placesIn({ sources }: Subject, { sql, place }: Statement): Act['placeOf'] {
  return (offset) => {
    const source = offset === 0 ? undefined : sources.get(place.file);
    const start = source === undefined ? null : offsetAt(source, place);
    const exact = source === undefined || start === null ? null : verbatimOffset(source, start, sql, offset);
    return source === undefined || exact === null ? place : placer(place.file, source)(exact);
  };
}

interface Fault {
  readonly message: string;
  readonly offset: number;
  readonly sql: string;
  readonly placeOf: Act['placeOf'];
}

/** The frame shows the author's file; where a builder rendered the statement, the statement. */
function syntaxError({ name, sources }: Subject, direction: Direction, fault: Fault): Finding {
  const place = fault.placeOf(fault.offset);
  const [begin, source] = [fault.placeOf(0), sources.get(place.file)];
  const start = source === undefined ? null : offsetAt(source, begin);
  const verbatim = source !== undefined && start !== null && verbatimOffset(source, start, fault.sql, 0) !== null;
  const shown = verbatim ? frame(source, place) : frame(fault.sql, placer('', fault.sql)(fault.offset));
  return finding({
    code: 'lint/syntax-error',
    level: 'error',
    subject: name,
    message: `${name} (${direction}): ${fault.message}`,
    hint: `Correct the statement at ${place.file}:${place.line}:${place.column}.\n${shown}`,
    place,
  });
}

function opaque(
  { name }: Subject,
  direction: Direction,
  script: { readonly reason: string; readonly place: Place },
): Finding {
  return finding({
    code: 'lint/opaque',
    level: 'note',
    subject: name,
    message: `${name} (${direction}) cannot be judged: ${script.reason}`,
    hint: 'Write what it does with pgm.sql() where you can; what pgm.db does is known only when it runs.',
    place: script.place,
    key: direction,
  });
}

function unreadBody({ name }: Subject, direction: Direction, place: Place, message: string): Finding {
  return finding({
    code: 'lint/opaque',
    level: 'note',
    subject: name,
    message: `${name} (${direction}): the body of a routine cannot be judged: ${message}`,
    hint: 'Let PostgreSQL say more: strata cycle',
    place,
  });
}
