/** The outbox read while transactions overlap: nothing is lost, nothing overtakes, publishers take turns. */
import { expect, test } from 'vitest';
import { type Session, withSession } from '../../src/pg/pool.ts';
import { actingAs, outcome, useMarketplace } from './support/marketplace.ts';

const db = useMarketplace();
const open = <T>(work: (s: Session) => Promise<T>): Promise<T> => withSession(db.target(), work);

const add = (s: Session, aggregate: number): Promise<unknown> =>
  s.query(
    `INSERT INTO outbox_events (aggregate_type, aggregate_id, event_type, payload) VALUES ('booking', $1::bigint, 'booking.test', jsonb_build_object('booking_id', $1::bigint))`,
    [aggregate],
  );

/** What a publisher gets now, as aggregate ids, and hands on when `mark`. */
const read = (mark: 'mark' | 'look', limit = 100): Promise<readonly number[]> =>
  open((s) =>
    actingAs(s, 'system', async () => {
      const events = await s.query<{ id: string; aggregate_id: string }>('SELECT * FROM next_outbox_events($1)', [
        limit,
      ]);
      if (mark === 'mark') await s.query('SELECT mark_outbox_published($1)', [events.map(({ id }) => id)]);
      return events.map((event) => Number(event.aggregate_id));
    }),
  );

test('an event of a slow transaction is neither lost nor overtaken by later ones', () =>
  open((slow) =>
    open(async (fast) => {
      await slow.query('BEGIN');
      await add(slow, 1);
      await add(fast, 2);
      expect(await read('mark')).toEqual([]);
      await slow.query('COMMIT');
      expect(await read('look', 1)).toEqual([1]);
      expect(await read('mark')).toEqual([1, 2]);
      expect(await read('mark')).toEqual([]);
    }),
  ));

test('events of one thing keep their order when transaction numbers do not', () =>
  open((early) =>
    open((late) =>
      open(async (running) => {
        // `early` has the lower number and writes last; between the two numbers a third transaction stays open.
        await early.query('BEGIN');
        await early.query('SELECT pg_current_xact_id()');
        await running.query('BEGIN');
        await running.query('SELECT pg_current_xact_id()');
        await add(late, 7);
        await add(early, 7);
        await early.query('COMMIT');
        const order = (): Promise<readonly { xid: string }[]> =>
          open((s) => s.query<{ xid: string }>('SELECT xid FROM outbox_events WHERE aggregate_id = 7 ORDER BY id'));
        const [first, second] = await order();
        expect(BigInt(first?.xid ?? 0)).toBeGreaterThan(BigInt(second?.xid ?? 0));
        expect(await read('mark')).toEqual([]);
        await running.query('COMMIT');
        expect(await read('mark')).toEqual([7, 7]);
      }),
    ),
  ));

test('publishers take turns, and one that breaks off leaves everything to the next', async () => {
  await open(async (s) => {
    await add(s, 11);
    await add(s, 12);
  });
  await open(async (broken) => {
    await broken.query('BEGIN');
    await broken.query('SET LOCAL ROLE app_system');
    expect(await broken.query('SELECT FROM next_outbox_events()')).toHaveLength(2);
    await broken.query('SELECT mark_outbox_published(ARRAY(SELECT id FROM next_outbox_events()))');
    const impatient = open((s) =>
      actingAs(s, 'system', async () => {
        await s.query(`SET LOCAL lock_timeout = '50ms'`);
        return s.query('SELECT FROM next_outbox_events()');
      }),
    );
    expect(await outcome(impatient)).toBe('55P03');
    await broken.query('ROLLBACK');
  });
  expect(await read('mark')).toEqual([11, 12]);
});

test('only jobs read and mark', async () => {
  for (const actor of ['anonymous', 1] as const) {
    for (const sql of ['SELECT FROM next_outbox_events()', 'SELECT mark_outbox_published(ARRAY[1])']) {
      expect(await outcome(open((s) => actingAs(s, actor, () => s.query(sql))))).toBe('42501');
    }
  }
});
