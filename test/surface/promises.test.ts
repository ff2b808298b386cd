/** promises.ts compiles, and does not once a generated type is looser than it says: every loosening is a fault of some generator. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { compile } from '../codegen/compile.ts';

const GENERATED = ['types.ts', 'procedures.ts'];
const texts = Object.fromEntries(GENERATED.map((file) => [file, readFileSync(`generated/${file}`, 'utf8')]));
const promises = readFileSync('test/surface/promises.ts', 'utf8').replaceAll('../../generated/', './');

/** File, what stands in it, and what takes its place. */
const LOOSENINGS: readonly (readonly [file: string, from: string | RegExp, to: string])[] = [
  ['types.ts', /^export type UserId = .*$/m, 'export type UserId = number;'],
  ['types.ts', /^export type UserId = .*$/m, 'export type UserId = any;'],
  ['types.ts', /^export type BookingSessionState = .*$/m, 'export type BookingSessionState = string;'],
  [
    'types.ts',
    'readonly session_outcome: BookingSessionOutcome | null;',
    'readonly session_outcome: BookingSessionOutcome;',
  ],
  ['types.ts', 'readonly pricing_snapshot: PricingSnapshot;', 'readonly pricing_snapshot: unknown;'],
  ['types.ts', '  rate_cents: number;', '  rate_cents?: number;'],
  ['types.ts', '  readonly rate_cents: number;', '  rate_cents: number;'],
  ['types.ts', 'readonly platform_fee_pct: string;', 'readonly platform_fee_pct: number;'],
  ['types.ts', /^export interface Database \{$/m, 'export interface Database {\n  readonly [table: string]: any;'],
  ['procedures.ts', 'readonly bookingId: number;', 'readonly bookingId?: number;'],
  ['procedures.ts', /(export function acceptBooking.*): Promise<BookingRow>/, '$1: Promise<any>'],
  ['procedures.ts', /args: AcceptBookingArgs\)/, 'args: AcceptBookingArgs & Record<string, unknown>)'],
  ['procedures.ts', 'get key(): Readonly<Record<string, string>> | undefined', 'get key(): any'],
  ['procedures.ts', /(export class SlotTakenError .*\{\n {2}override readonly name) =/, '$1: string ='],
];

test('what the types promise holds, and every loosening of them is noticed', () => {
  const files: Record<string, string> = {};
  const add = (folder: string, own: Readonly<Record<string, string>>): void => {
    for (const [file, text] of Object.entries({ ...texts, 'promises.ts': promises, ...own }))
      files[`${folder}_${file}`] = text
        .replaceAll("'./", `'./${folder}_`)
        .replace(/(types|procedures)\.js'/g, "$1.ts'");
  };
  add('as_they_are', {});
  LOOSENINGS.forEach(([file, from, to], index) => {
    const text = texts[file] ?? '';
    const loose = text.replace(from, to);
    expect(loose, String(from)).not.toBe(text);
    add(`loose${index}`, { [file]: loose });
  });
  const said = compile(files);
  expect(said.filter((line) => line.startsWith('as_they_are'))).toEqual([]);
  const unnoticed = LOOSENINGS.filter(
    (_, index) => !said.some((line) => line.startsWith(`loose${index}_promises.ts:`)),
  );
  expect(unnoticed).toEqual([]);
});
