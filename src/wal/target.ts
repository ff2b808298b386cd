/**
 * The moment to recover to. A time must tell its offset: without one it would mean what the server's time zone says, and
 * twice a year nothing or two moments. With an offset there are no gaps; names of zones are refused for that reason.
 */
import { ToolError } from '../base/errors.ts';
import { type Lsn, parseLsn } from './lsn.ts';

export type RecoveryTarget =
  /** Microseconds since 1970. */
  | { readonly kind: 'time'; readonly at: bigint; readonly text: string }
  | { readonly kind: 'lsn'; readonly lsn: Lsn; readonly text: string }
  | { readonly kind: 'name'; readonly name: string; readonly text: string };

const TIME = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,6}))?)?\s*(Z|[+-]\d\d(?::?\d\d)?)$/i;
const EXAMPLE = '2026-11-21T10:00:00+01:00';

/** Exactly one of the three. Throws RECOVERY_TARGET. */
export function parseTarget(given: {
  readonly at?: string;
  readonly lsn?: string;
  readonly name?: string;
}): RecoveryTarget {
  const [[kind, text] = ['', ''], another] = Object.entries(given).filter(([, value]) => value !== undefined);
  if (another !== undefined) {
    throw new ToolError('RECOVERY_TARGET', '--at, --lsn and --name exclude each other', { hint: 'Give one of them.' });
  }
  if (kind === 'name') return { kind: 'name', name: String(text), text: `restore point ${text}` };
  if (kind === 'lsn') {
    const lsn = parseLsn(String(text));
    if (lsn !== null) return { kind: 'lsn', lsn, text: `position ${text}` };
    throw new ToolError('RECOVERY_TARGET', `"${text}" is no position in the WAL`, {
      hint: 'For example: --lsn 0/3000060',
    });
  }
  return { kind: 'time', at: parseTime(String(text)), text: String(text) };
}

function parseTime(text: string): bigint {
  const [, year, month, day, hour, minute, second = '00', fraction = '', zone = ''] = TIME.exec(text.trim()) ?? [];
  if (year === undefined) throw badTime(text);
  const local = `${year}-${month}-${day}T${hour}:${minute}:${second}`;
  const at = Date.parse(`${local}Z`);
  // 30 February and 24:30 are read as other moments, or as none.
  if (Number.isNaN(at) || new Date(at).toISOString().slice(0, 19) !== local) {
    throw new ToolError('RECOVERY_TARGET', `there is no ${local} in the calendar`, {
      hint: `For example: --at '${EXAMPLE}'`,
    });
  }
  const [, sign = '+', hours = '0', minutes = '0'] = /^([+-])(\d\d):?(\d\d)?$/.exec(zone) ?? [];
  const offset = (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
  if (Math.abs(offset) > 15 * 3_600_000) throw badTime(text);
  return BigInt(at - offset) * 1000n + BigInt(fraction.padEnd(6, '0'));
}

function badTime(text: string): ToolError {
  const local = /\d\d:\d\d(:\d\d([.,]\d+)?)?$/.test(text.trim());
  const message = local ? `"${text}" does not tell its offset from UTC` : `"${text}" is no moment`;
  return new ToolError('RECOVERY_TARGET', message, {
    detail: 'a time without an offset, or with the name of a zone, is two moments or none when clocks are changed',
    hint: `Write it with its offset, or Z for UTC: --at '${EXAMPLE}'`,
  });
}
