/**
 * Versions: the number at the beginning of a migration's file name, and their order. Ordered as node-pg-migrate orders
 * them, so that its projects keep their history: by number; 17 digits are a UTC date and compare with 13-digit epoch
 * milliseconds. Dots separate further numbers (`2.10` after `2.9`).
 */
import { byCode } from '../base/canonical.ts';

/** The history's column is varchar(50). */
export const VERSION_LENGTH = 50;

const NAME = /^(\d+(?:\.\d+)*)[_-](.+)$/s;

/** `001_create_users` → version `001`, description `create users`; null when the name does not begin with a version. */
export function splitName(name: string): { readonly version: string; readonly description: string } | null {
  const [, version, words] = NAME.exec(name) ?? [];
  if (version === undefined || words === undefined) return null;
  return { version, description: words.replaceAll('_', ' ').trim() };
}

/** Length of a UTC date with milliseconds, which counts as epoch milliseconds. */
const DATE_LENGTH = 17;

/**
 * Negative, zero or positive. Zero also for `1` and `001`, which no folder may hold both of. Numbers of one length
 * compare as text: sorting 1,000 of them is on the way of every command.
 */
export function compareVersions(a: string, b: string): number {
  if (a.length === b.length && a.length !== DATE_LENGTH && !a.includes('.') && !b.includes('.')) return byCode(a, b);
  const [left, right] = [versionKey(a), versionKey(b)];
  for (let index = 0; index < left.length && index < right.length; index += 1) {
    const order = compareNumbers(left[index] ?? '', right[index] ?? '');
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

/** Equal for versions that compare as equal: what duplicates are found by. */
export function versionKey(version: string): readonly string[] {
  return version.split('.').map((digits) => epochOf(digits) ?? digits.replace(/^0+(?=\d)/, ''));
}

/**
 * The version after the last one, in its style: `009` → `010`; a timestamp of 13, 14 or 17 digits → one of `now` (UTC),
 * or the last plus one when the clock is behind it. `001` for an empty folder.
 */
export function nextVersion(last: string | undefined, now: Date): string {
  if (last === undefined) return '001';
  const digits = /\d+$/.exec(last)?.[0] ?? last;
  const following = String(BigInt(digits) + 1n).padStart(digits.length, '0');
  const iso = now.toISOString().replace(/\D/g, '');
  const stamps: Readonly<Record<number, string>> = { 13: String(now.getTime()), 14: iso.slice(0, 14), 17: iso };
  const stamp = digits === last ? stamps[digits.length] : undefined;
  const next = stamp !== undefined && compareVersions(stamp, last) > 0 ? stamp : following;
  return last.slice(0, last.length - digits.length) + next;
}

function compareNumbers(a: string, b: string): number {
  return a.length - b.length || byCode(a, b);
}

function epochOf(digits: string): string | null {
  if (digits.length !== DATE_LENGTH) return null;
  const [, y, mo, d, h, mi, s, ms] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d{3})$/.exec(digits) ?? [];
  if (y === undefined) return null;
  const time = Date.parse(`${y}-${mo}-${d}T${h}:${mi}:${s}.${ms}Z`);
  return Number.isNaN(time) ? null : String(time);
}
