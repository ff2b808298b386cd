/**
 * The wallets of the same lessons: what a capture earns, what a refund takes back, what is paid out at the end of a quarter. Every entry
 * says the balance after it; both entries of a transfer are told together, so that no COPY parts them.
 */
import type { Block } from './block.ts';
import type { Lesson, Tutor } from './lessons.ts';
import { upToNow } from './moments.ts';
import { FIRST, PLACES } from './people.ts';

type Row = readonly (string | number | null)[];

export interface Move {
  readonly from: 'tutor' | 'platform' | 'external';
  readonly to: 'tutor' | 'platform' | 'external';
  readonly type: 'EARNING' | 'FEE' | 'REFUND' | 'CLAWBACK' | 'PAYOUT';
  readonly cents: number;
  readonly booking: number | null;
  readonly at: number;
}

const CURRENCIES = [...new Set(PLACES.map(({ currency }) => currency))];
/** Two wallets a currency, then one a tutor. */
const walletOf = (kind: Move['from'], tutor: Tutor): number => {
  const currency = CURRENCIES.indexOf(tutor.user.place.currency);
  return FIRST + (kind === 'tutor' ? 100 + tutor.number : 2 * currency + (kind === 'platform' ? 1 : 0));
};
const quarterOf = (ms: number): number => {
  const date = new Date(ms);
  return date.getUTCFullYear() * 4 + Math.floor(date.getUTCMonth() / 3);
};
const startOf = (quarter: number): number => Date.UTC(Math.floor(quarter / 4), (quarter % 4) * 3, 1);

/** The wallets that all blocks share come with the first. */
export function* wallets({ number, tutors }: Block): Generator<Row> {
  if (number === 0) {
    for (const [i, currency] of CURRENCIES.entries()) {
      yield [FIRST + 2 * i, 'external', null, currency];
      yield [FIRST + 2 * i + 1, 'platform', null, currency];
    }
  }
  for (const { tutor } of tutors) yield [walletOf('tutor', tutor), 'user', tutor.user.id, tutor.user.place.currency];
}

export function* payouts({ tutors }: Block): Generator<Row> {
  for (const { tutor, moves } of tutors) {
    for (const move of moves) {
      if (move.type !== 'PAYOUT') continue;
      const event = `evt_payout_${tutor.id}_${quarterOf(move.at)}`;
      const paid = upToNow(move.at);
      yield [tutor.id, move.cents, tutor.user.place.currency, 'PAID', event, paid, paid];
    }
  }
}

/** Told block by block, in their order: balances of the shared wallets go on. */
export function walletTransactions(): (block: Block) => Generator<Row> {
  const balances = new Map<number, number>();
  let transfer = 0;
  function entry(wallet: number, id: string, cents: number, { type, booking }: Move, moment: string): Row {
    const balance = (balances.get(wallet) ?? 0) + cents;
    balances.set(wallet, balance);
    return [wallet, id, type, cents, balance, booking, moment];
  }
  return function* ({ tutors }) {
    for (const { tutor, moves } of tutors) {
      for (const move of moves) {
        transfer += 1;
        const id = `00000000-0000-4000-8000-${transfer.toString(16).padStart(12, '0')}`;
        const moment = upToNow(move.at);
        yield entry(walletOf(move.from, tutor), id, -move.cents, move, moment);
        yield entry(walletOf(move.to, tutor), id, move.cents, move, moment);
      }
      // A tutor's balance is not asked again; the shared wallets are few.
      balances.delete(walletOf('tutor', tutor));
    }
  };
}

/** In the order of the lessons, as book_earnings, book_refund and record_payout would have made them. */
export function movesOf(lessons: readonly Lesson[]): readonly Move[] {
  const moves: Move[] = [];
  let held = 0;
  let quarter: number | null = null;
  for (const lesson of lessons) {
    const wasEarned = lesson.payment === 'CAPTURED' || lesson.dispute === 'RESOLVED_REFUNDED';
    if (!wasEarned) continue;
    const now = quarterOf(lesson.changed);
    if (quarter !== null && now > quarter && held > 0) {
      moves.push({ from: 'tutor', to: 'external', type: 'PAYOUT', cents: held, booking: null, at: startOf(now) });
      held = 0;
    }
    quarter = Math.max(quarter ?? now, now);
    held += settle(lesson, held, moves);
  }
  return moves;
}

/** Adds what the lesson moved; gives what the tutor got of it. */
function settle({ id: booking, rate, fee, refunded, changed, end }: Lesson, held: number, moves: Move[]): number {
  const earned = Math.min(end, changed);
  moves.push({ from: 'external', to: 'tutor', type: 'EARNING', cents: rate - fee, booking, at: earned });
  if (fee > 0) moves.push({ from: 'external', to: 'platform', type: 'FEE', cents: fee, booking, at: earned });
  if (refunded === 0) return rate - fee;
  moves.push({ from: 'platform', to: 'external', type: 'REFUND', cents: refunded, booking, at: changed });
  const share = Math.min(held + rate - fee, Math.round((refunded * (rate - fee)) / rate));
  if (share > 0) moves.push({ from: 'tutor', to: 'platform', type: 'CLAWBACK', cents: share, booking, at: changed });
  return rate - fee - Math.max(share, 0);
}
