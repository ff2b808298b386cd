/**
 * The wallets of the same lessons: what a capture earns, what a refund takes back, what is paid out at the end of a quarter. Every entry
 * says the balance after it; both entries of a transfer are told together, so that no COPY parts them.
 */
import { type Lesson, lessonsOf, type Tutor, tutorOf } from './lessons.ts';
import { FIRST, NOW, PLACES, tutorsIn } from './people.ts';

type Row = readonly (string | number | null)[];

interface Move {
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
const at = (ms: number): string => new Date(Math.min(ms, NOW)).toISOString();
const quarterOf = (ms: number): number => {
  const date = new Date(ms);
  return date.getUTCFullYear() * 4 + Math.floor(date.getUTCMonth() / 3);
};
const startOf = (quarter: number): number => Date.UTC(Math.floor(quarter / 4), (quarter % 4) * 3, 1);

export function* wallets(factor: number): Generator<Row> {
  for (const [i, currency] of CURRENCIES.entries()) {
    yield [FIRST + 2 * i, 'external', null, currency];
    yield [FIRST + 2 * i + 1, 'platform', null, currency];
  }
  for (let number = 0; number < tutorsIn(factor); number += 1) {
    const tutor = tutorOf(number);
    yield [walletOf('tutor', tutor), 'user', tutor.user.id, tutor.user.place.currency];
  }
}

export function* payouts(factor: number): Generator<Row> {
  for (let number = 0; number < tutorsIn(factor); number += 1) {
    const tutor = tutorOf(number);
    for (const move of movesOf(tutor)) {
      if (move.type !== 'PAYOUT') continue;
      const event = `evt_payout_${tutor.id}_${quarterOf(move.at)}`;
      yield [tutor.id, move.cents, tutor.user.place.currency, 'PAID', event, at(move.at), at(move.at)];
    }
  }
}

export function* walletTransactions(factor: number): Generator<Row> {
  const balances = new Map<number, number>();
  let transfer = 0;
  for (let number = 0; number < tutorsIn(factor); number += 1) {
    const tutor = tutorOf(number);
    for (const move of movesOf(tutor)) {
      transfer += 1;
      const id = `00000000-0000-4000-8000-${transfer.toString(16).padStart(12, '0')}`;
      for (const [kind, cents] of [
        [move.from, -move.cents],
        [move.to, move.cents],
      ] as const) {
        const wallet = walletOf(kind, tutor);
        const balance = (balances.get(wallet) ?? 0) + cents;
        // A tutor's balance is not asked again once the walk has left him; the shared wallets are few.
        balances.set(wallet, balance);
        yield [wallet, id, move.type, cents, balance, move.booking, at(move.at)];
      }
    }
    balances.delete(walletOf('tutor', tutor));
  }
}

/** In the order of the lessons, as book_earnings, book_refund and record_payout would have made them. */
function* movesOf(tutor: Tutor): Generator<Move> {
  let held = 0;
  let quarter: number | null = null;
  for (const lesson of lessonsOf(tutor)) {
    const wasEarned = lesson.payment === 'CAPTURED' || lesson.dispute === 'RESOLVED_REFUNDED';
    if (!wasEarned) continue;
    const now = quarterOf(lesson.changed);
    if (quarter !== null && now > quarter && held > 0) {
      yield { from: 'tutor', to: 'external', type: 'PAYOUT', cents: held, booking: null, at: startOf(now) };
      held = 0;
    }
    quarter = Math.max(quarter ?? now, now);
    for (const move of movesFor(lesson, held)) {
      held += move.to === 'tutor' ? move.cents : move.from === 'tutor' ? -move.cents : 0;
      yield move;
    }
  }
}

function* movesFor(lesson: Lesson, held: number): Generator<Move> {
  const { id: booking, rate, fee, refunded, changed, end } = lesson;
  const earned = { booking, at: Math.min(end, changed) };
  yield { from: 'external', to: 'tutor', type: 'EARNING', cents: rate - fee, ...earned };
  if (fee > 0) yield { from: 'external', to: 'platform', type: 'FEE', cents: fee, ...earned };
  if (refunded === 0) return;
  const taken = { booking, at: changed };
  yield { from: 'platform', to: 'external', type: 'REFUND', cents: refunded, ...taken };
  const share = Math.min(held + rate - fee, Math.round((refunded * (rate - fee)) / rate));
  if (share > 0) yield { from: 'tutor', to: 'platform', type: 'CLAWBACK', cents: share, ...taken };
}
