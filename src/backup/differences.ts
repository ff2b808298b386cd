/**
 * Compares a restored database with what the backup recorded: the Snapshot of its catalog, the rows of every table,
 * their checksums, large objects, and sequences. Nothing here trusts pg_restore's exit status.
 */
import { type Finding, finding } from '../base/finding.ts';
import type { Change } from '../catalog/change.ts';
import { compare } from '../catalog/compare.ts';
import type { Snapshot } from '../catalog/model.ts';
import { majorOf, type Session } from '../pg/pool.ts';
import { withTransaction } from '../pg/transaction.ts';
import { type AuditScripts, auditDifferences } from './audit.ts';
import { cancelledBy } from './cancel.ts';
import { type Hashing, readContents, STABLE_TEXT } from './contents.ts';
import { readWholeSnapshot } from './facts.ts';
import type { Contents, Manifest, SequenceContents, TableContents } from './manifest.ts';

export interface Recorded {
  readonly manifest: Manifest;
  readonly snapshot: Snapshot;
}

/** Empty when the session's database is what was backed up. Warnings are differences that come from the server. */
export async function findDifferences(
  session: Session,
  { manifest, snapshot }: Recorded,
  { signal, audit, jobs }: { readonly signal: AbortSignal; readonly audit: AuditScripts; readonly jobs: number },
): Promise<readonly Finding[]> {
  const hashing = hashingOf(manifest.contents);
  const read = (): Promise<readonly [Snapshot, Contents, readonly Finding[]]> =>
    withTransaction(
      session,
      async (s) => {
        const catalog = await readWholeSnapshot(s);
        await s.batch(STABLE_TEXT);
        const contents = await readContents(s, { hashing, signal, jobs });
        return [catalog, contents, await auditDifferences(s, manifest.audit_head, audit)] as const;
      },
      { isolation: 'repeatable read', readOnly: true },
    );
  const [restored, contents, audited] = await cancelledBy(signal, session, read);
  const sameMajor = majorOf(session) === manifest.server.major;
  const catalog = catalogDifferences(snapshot, restored, sameMajor);
  return [...catalog, ...contentDifferences(manifest.contents, contents), ...audited];
}

/** The checksums to compare with were made in one way or the other. */
function hashingOf({ tables, hashed }: Contents): Hashing {
  return tables.some((table) => table.checksum !== null) ? (hashed ?? 'text') : 'none';
}

/** Between major versions PostgreSQL may write the same definition otherwise: then a difference is only a warning. */
export function catalogDifferences(before: Snapshot, after: Snapshot, sameMajor: boolean): readonly Finding[] {
  return compare(settled(before), settled(after)).map((change) => {
    const mild = !sameMajor || change.object === 'extension' || isReordering(change);
    return difference(`${change.object} ${nameOf(change)}`, describe(change), mild ? 'warning' : 'error');
  });
}

/** pg_dump itself writes the inherited columns of a child before its own, wherever they stood. */
function isReordering(change: Change): boolean {
  if (change.object !== 'table' || change.action !== 'alter' || change.before.parents.length === 0) return false;
  return change.fields.every(({ field }) => field === 'columns order');
}

/**
 * A definition that went through a dump is parsed anew, and PostgreSQL then writes some casts otherwise: a varchar
 * column's `IN ('a', 'b')` reads `((ARRAY['a'::character varying, …])::text[])` at first and
 * `(ARRAY[('a'::character varying)::text, …])` ever after; and `a BETWEEN 1 AND 2 AND b BETWEEN 3 AND 4` is two pairs of
 * two at first and one pair behind two others ever after. Casts among string types, parentheses and white space are
 * therefore left out of the comparison of texts that hold a cast or join conditions.
 */
function settled<T>(value: T): T {
  if (typeof value === 'string') return (/::|\) (?:AND|OR) \(/.test(value) ? withoutCasts(value) : value) as T;
  if (Array.isArray(value)) return value.map(settled) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, settled(member)])) as T;
}

function withoutCasts(text: string): string {
  return text.replace(/::(?:character varying|character|bpchar|text)(?:\(\d+\))?(?:\[\])?/g, '').replace(/[()\s]/g, '');
}

function nameOf(change: Change): string {
  const value = (change.action === 'add' ? change.after : change.before) as { schema?: string | null; name?: string };
  const own = [value.schema, value.name].filter(Boolean).join('.');
  return change.parent ? `${change.parent.schema}.${change.parent.name}.${own}` : own;
}

function describe(change: Change): string {
  if (change.action === 'add') return 'is there and was not backed up';
  if (change.action === 'drop') return 'is missing';
  const fields = change.fields.map(({ field, before, after }) => `${field}: ${short(before)} became ${short(after)}`);
  return fields.join('; ');
}

function short(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 120 ? `${text.slice(0, 117)}…` : text;
}

/** What differs between two contents, of the same database before and after. Pure. */
export function contentDifferences(before: Contents, after: Contents): readonly Finding[] {
  return [
    ...pairs(before.tables, after.tables).flatMap(([name, was, is]) => tableDifference(name, was, is)),
    ...pairs(before.sequences, after.sequences).flatMap(([name, was, is]) => sequenceDifference(name, was, is)),
    ...largeObjectDifference(before.large_objects, after.large_objects),
  ];
}

function tableDifference(
  name: string,
  was: TableContents | undefined,
  is: TableContents | undefined,
): readonly Finding[] {
  const subject = `table ${name}`;
  if (!was) return [difference(subject, 'is there and was not backed up')];
  if (!is) return [difference(subject, `is missing with its ${was.rows} rows`)];
  if (was.rows !== is.rows) return [difference(subject, `${is.rows} rows instead of ${was.rows}`)];
  const hashed = was.checksum !== null && is.checksum !== null;
  return hashed && was.checksum !== is.checksum ? [difference(subject, 'the rows differ, though not in number')] : [];
}

/**
 * Sequences are outside transactions: between our look and pg_dump's, one may have gone on. Behind it must never be:
 * the next insert would fail on a used number.
 */
function sequenceDifference(
  name: string,
  was: SequenceContents | undefined,
  is: SequenceContents | undefined,
): readonly Finding[] {
  if (!was?.last_value || was.cycle) return [];
  const subject = `sequence ${name}`;
  if (!is?.last_value) return [difference(subject, `its position ${was.last_value} is lost`)];
  const [then, now] = [BigInt(was.last_value), BigInt(is.last_value)];
  const behind = was.ascending ? now < then : now > then;
  return behind ? [difference(subject, `it stands at ${now}, behind ${then}`)] : [];
}

function largeObjectDifference(was: Contents['large_objects'], is: Contents['large_objects']): readonly Finding[] {
  if (was.count !== is.count) return [difference('large objects', `${is.count} instead of ${was.count}`)];
  const hashed = was.checksum !== null && is.checksum !== null;
  return hashed && was.checksum !== is.checksum ? [difference('large objects', 'their bytes differ')] : [];
}

interface Named {
  readonly schema: string;
  readonly name: string;
}

function pairs<T extends Named>(before: readonly T[], after: readonly T[]): [string, T | undefined, T | undefined][] {
  const name = (value: T): string => `${value.schema}.${value.name}`;
  const [was, is] = [new Map(before.map((v) => [name(v), v])), new Map(after.map((v) => [name(v), v]))];
  return [...new Set([...was.keys(), ...is.keys()])].sort().map((key) => [key, was.get(key), is.get(key)]);
}

function difference(subject: string, message: string, level: 'error' | 'warning' = 'error'): Finding {
  return finding({ code: 'restore/difference', level, subject, message });
}
