/** What hangs is ended and told with its line, wherever migrations run on a scratch database. */
import { expect, test } from 'vitest';
import { QUICK, three, withShop } from '../migrate/harness.ts';

const config = { timeouts: { ...QUICK, statement: 400 } };

function fourth(up: string, down = 'SELECT 1', head = ''): Record<string, string> {
  const text = `-- Up Migration${head}\nSELECT 1;\n${up};\n-- Down Migration\n${down};\n`;
  return { ...three(), 'migrations/004_hangs.sql': text };
}

const SLEEP = 'SELECT pg_sleep(1000)';
const ENDED = 'the statement did not end within 0.4 s';
const UP = { file: 'migrations/004_hangs.sql', line: 3, column: 1 };
const DOWN = { ...UP, line: 5 };
const ASKS = "DO $$ BEGIN RAISE EXCEPTION 'limit %', current_setting('statement_timeout'); END $$";

test.each([
  ['up', fourth(SLEEP), UP],
  ['up', fourth(SLEEP, undefined, '\n-- strata: no-transaction'), { ...UP, line: 4 }],
  ['down', fourth('SELECT 2', SLEEP), DOWN],
] as const)('cycle tells a statement that hangs in %s', (step, files, place) =>
  withShop(files, async (shop) => {
    const since = performance.now();
    const { ok, findings } = await shop.call('cycle', {}, { config: { timeouts: { ...QUICK, statement: 3_000 } } });
    // Once: with five minutes, a second look would be five more.
    expect(performance.now() - since).toBeLessThan(5_900);
    expect(ok).toBe(false);
    expect(findings).toMatchObject([
      { code: `cycle/${step}-failed`, message: `004_hangs fails in ${step}: ${ENDED.replace('0.4', '3')}`, place },
    ]);
    expect(findings[0]?.hint).toContain('set timeouts.statement');
  }),
);

test('code that hangs is ended too', () => {
  const code = `export async function up(pgm) { await pgm.db.query('${SLEEP}'); }\nexport const down = false;\n`;
  return withShop({ 'migrations/001_code.ts': code }, async (shop) => {
    const { findings } = await shop.call('cycle', {}, { config });
    expect(findings[0]).toMatchObject({ code: 'cycle/up-failed', message: expect.stringContaining(ENDED) });
  });
});

test('five minutes where the configuration sets no limit; a limit of the migration is its own', () =>
  withShop(fourth(ASKS), async (shop) => {
    const told = async (): Promise<string | undefined> => (await shop.call('cycle')).findings[0]?.message;
    expect(await told()).toContain('limit 5min');
    shop.write(fourth(`SET LOCAL statement_timeout = 50; ${SLEEP}`));
    expect(await told()).toContain('canceling statement due to statement timeout');
  }));

test('drift, squash and the types of check end as well', () =>
  withShop(three(), async (shop) => {
    await shop.call('up');
    shop.write(fourth(SLEEP));
    expect(await shop.fails('squash', { to: '004' }, { config })).toMatchObject({
      code: 'MIGRATION_FAILED',
      message: `004_hangs does not run on a scratch database: ${ENDED}`,
    });
    const checked = await shop.call('check', { only: ['types'] }, { config });
    expect(JSON.stringify(checked)).toContain(ENDED);
    shop.remove('migrations/004_hangs.sql');
    shop.write({ 'migrations/003_bookings.sql': fourth(SLEEP)['migrations/004_hangs.sql'] ?? '' });
    const error = await shop.fails('drift', { replay: true }, { config });
    expect(error).toMatchObject({ code: 'MIGRATION_FAILED', message: expect.stringContaining(ENDED) });
    expect(error.more.detail).toContain('migrations/003_bookings.sql:3:1');
  }));
