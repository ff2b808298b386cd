/** A difference between the promised and the live catalog as a Finding, with the statement that takes it back. */
import { type Finding, finding } from '../base/finding.ts';
import { ident, literal, qname } from '../base/ident.ts';
import type { Change } from '../catalog/change.ts';
import { describe } from '../catalog/describe.ts';

const KINDS = { add: 'unknown', drop: 'missing', alter: 'changed' } as const;

/** `before` is the promise, `after` what is there. The fingerprint holds until one of both definitions changes. */
export function driftFinding(change: Change): Finding {
  const told = describe(change);
  const what = {
    add: `${change.object} ${told.subject} is in the database, but no migration makes it`,
    drop: `${change.object} ${told.subject} is not in the database, but the migrations make it`,
    alter: told.message,
  }[change.action];
  const sides = `migrations: ${told.before ?? 'none'}\ndatabase:   ${told.after ?? 'none'}`;
  return finding({
    code: `drift/${KINDS[change.action]}`,
    level: 'error',
    subject: told.subject,
    message: what,
    hint: `${advice(change)}\n${sides}`,
    key: `${change.object}\n${told.before}\n${told.after}`,
  });
}

function advice(change: Change): string {
  const undo = change.action === 'add' ? dropStatement(change) : null;
  if (undo) return `Write it as a migration, or take it away: ${undo};`;
  if (change.action === 'add') return 'Write it as a migration, or take it away.';
  const comment = commentOnly(change);
  if (comment) return `Write the change as a migration, or take it back: ${comment};`;
  if (change.action === 'drop') return 'Bring it back as the migrations define it, or write a migration that drops it.';
  return 'Write the change as a migration, or bring back what the migrations say.';
}

/** The statement that drops what was added; null for kinds that have no single one. */
function dropStatement(change: Change & { readonly action: 'add' }): string | null {
  const { parent } = change;
  const on = parent ? qname(parent.schema, parent.name) : null;
  switch (change.object) {
    case 'schema':
      return `DROP SCHEMA ${ident(change.after.name)}`;
    case 'extension':
      return `DROP EXTENSION ${ident(change.after.name)}`;
    case 'table':
    case 'sequence':
      return `DROP ${change.object.toUpperCase()} ${qname(change.after.schema, change.after.name)}`;
    case 'type':
      return `DROP ${change.after.kind === 'domain' ? 'DOMAIN' : 'TYPE'} ${qname(change.after.schema, change.after.name)}`;
    case 'index':
      return parent ? `DROP INDEX ${qname(parent.schema, change.after.name)}` : null;
    case 'column':
    case 'constraint':
      return on ? `ALTER TABLE ${on} DROP ${change.object.toUpperCase()} ${ident(change.after.name)}` : null;
    case 'trigger':
    case 'policy':
    case 'rule':
      return on ? `DROP ${change.object.toUpperCase()} ${ident(change.after.name)} ON ${on}` : null;
    case 'routine': {
      const { schema, name, identity, kind } = change.after;
      const word = kind === 'procedure' || kind === 'aggregate' ? kind.toUpperCase() : 'FUNCTION';
      return `DROP ${word} ${qname(schema, name)}(${identity})`;
    }
    default:
      return null;
  }
}

/** COMMENT ON … for a table or column of which nothing but the comment differs. */
function commentOnly(change: Change): string | null {
  if (change.action !== 'alter' || change.fields.length !== 1 || change.fields[0]?.field !== 'comment') return null;
  const promised = change.fields[0].before;
  const text = typeof promised === 'string' ? literal(promised).trim() : 'NULL';
  if (change.object === 'table')
    return `COMMENT ON TABLE ${qname(change.before.schema, change.before.name)} IS ${text}`;
  if (change.object !== 'column' || !change.parent) return null;
  return `COMMENT ON COLUMN ${qname(change.parent.schema, change.parent.name)}.${ident(change.before.name)} IS ${text}`;
}
