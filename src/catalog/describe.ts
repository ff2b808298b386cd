/** A Change in words: what a Finding says of it, and both definitions for a diff. */
import { canonicalJson } from '../base/canonical.ts';
import { never } from '../base/errors.ts';
import type { Change, FieldChange, Kind, Kinds } from './change.ts';
import { definitionOf } from './definition.ts';

/** Ready for a Finding. */
export interface ChangeText {
  /** `public.bookings.price`, `public.accept_booking(bigint)`: stable, names as they are, unquoted. */
  readonly subject: string;
  /** `column public.bookings.price: type changed from integer to bigint`. */
  readonly message: string;
  /** Definition before and after; null on the side where the object is not. */
  readonly before: string | null;
  readonly after: string | null;
}

export function describe(change: Change): ChangeText {
  const subject = subjectOf(change);
  const named = `${change.object} ${subject}`;
  switch (change.action) {
    case 'add':
      return { subject, message: `${named} was added`, before: null, after: text(change.object, change.after) };
    case 'drop':
      return { subject, message: `${named} was dropped`, before: text(change.object, change.before), after: null };
    case 'alter':
      return {
        subject,
        message: `${named}: ${change.fields.map(fieldText).join('; ')}`,
        before: text(change.object, change.before),
        after: text(change.object, change.after),
      };
    default:
      return never(change);
  }
}

function text(kind: Kind, value: Kinds[Kind]): string {
  return definitionOf({ kind, value } as Parameters<typeof definitionOf>[0]);
}

function subjectOf(change: Change): string {
  const parent = change.parent === null ? [] : [change.parent.schema, change.parent.name];
  return [...parent, nameOf(change)].join('.');
}

function nameOf(change: Change): string {
  const value = change.action === 'add' ? change.after : change.before;
  switch (change.object) {
    case 'routine': {
      const { schema, name, identity } = value as Kinds['routine'];
      return `${schema}.${name}(${identity})`;
    }
    case 'default privilege': {
      const { role, schema, objects } = value as Kinds['default privilege'];
      return `${role} for ${objects}${schema === null ? '' : ` in ${schema}`}`;
    }
    case 'unmodelled': {
      const { kind, name } = value as Kinds['unmodelled'];
      return `${kind} ${name}`;
    }
    case 'table':
    case 'view':
    case 'sequence':
    case 'type': {
      const { schema, name } = value as Kinds['table'];
      return `${schema}.${name}`;
    }
    default:
      return (value as { readonly name: string }).name;
  }
}

const LONG = 60;

function fieldText({ field, before, after }: FieldChange): string {
  const [was, is] = [valueText(before), valueText(after)];
  if (was.length > LONG || is.length > LONG || /\n/.test(was + is)) return `${wordsOf(field)} changed`;
  return `${wordsOf(field)} changed from ${was} to ${is}`;
}

/** `notNull` → `not null`. */
function wordsOf(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function valueText(value: unknown): string {
  if (value === null || value === undefined) return 'none';
  return typeof value === 'string' ? value : canonicalJson(value);
}
