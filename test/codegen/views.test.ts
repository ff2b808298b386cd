/** What a column of a view can be: as its source says where that is certain, else nullable. Tried with the rows themselves. */
import { expect, test } from 'vitest';
import { useDatabase } from '../support/database.ts';
import { claimsOf } from './claims.ts';
import { fromSession, members, withDdl } from './support.ts';

const DDL = `
  CREATE TABLE users (id int PRIMARY KEY, name text NOT NULL, "Odd, name" text NOT NULL, bio text, "true" int NOT NULL DEFAULT 1);
  CREATE TABLE bookings (id int PRIMARY KEY, user_id int NOT NULL REFERENCES users, state text NOT NULL CHECK (state IN ('open', 'closed')), note text);
  INSERT INTO users VALUES (1, 'a', 'b', NULL), (2, 'c', 'd', NULL); INSERT INTO bookings VALUES (1, 1, 'open', NULL);`;

/** Body of the view, and its members. */
const CASES: readonly (readonly [string, string, Readonly<Record<string, string>>])[] = [
  [
    'one table',
    `SELECT id, name AS n, bio, "Odd, name" FROM users WHERE bio IS NULL ORDER BY id`,
    { id: 'UserId', n: 'string', bio: 'string | null', "'Odd, name'": 'string' },
  ],
  [
    'an alias and DISTINCT',
    'SELECT DISTINCT b.state, b.user_id FROM bookings b',
    { state: 'BookingState', user_id: 'UserId' },
  ],
  [
    'inner joins',
    'SELECT b.id, u.name, o.id AS other FROM bookings b JOIN users u ON u.id = b.user_id JOIN users o ON o.id = u.id, users x WHERE x.id = 1',
    { id: 'BookingId', name: 'string', other: 'UserId' },
  ],
  ['a cross join', 'SELECT u.id, b.state FROM users u CROSS JOIN bookings b', { id: 'UserId', state: 'BookingState' }],
  [
    'a left join',
    'SELECT u.id, b.state FROM users u LEFT JOIN bookings b ON b.user_id = u.id',
    { id: 'UserId', state: 'BookingState | null' },
  ],
  [
    'a left join within inner ones',
    'SELECT u.id, b.state FROM users o JOIN (users u LEFT JOIN bookings b ON b.user_id = u.id) ON o.id = u.id',
    { id: 'UserId', state: 'BookingState | null' },
  ],
  ['a full join', 'SELECT u.id FROM users u FULL JOIN bookings b ON b.user_id = u.id', { id: 'UserId | null' }],
  [
    'a right join',
    'SELECT b.id, u.name FROM bookings b RIGHT JOIN users u ON b.user_id = u.id',
    { id: 'BookingId | null', name: 'string' },
  ],
  ['USING', 'SELECT id, user_id FROM users LEFT JOIN bookings USING (id)', { id: 'UserId', user_id: 'UserId | null' }],
  ['USING in a full join merges', 'SELECT id FROM users FULL JOIN bookings USING (id)', { id: 'number | null' }],
  [
    'conditions that keep NULL away',
    `SELECT u.id, b.note, b.state FROM users u LEFT JOIN bookings b ON b.user_id = u.id AND (b.note <> 'x' OR true) WHERE b.state = 'open' AND u.bio IS NULL`,
    { id: 'UserId', note: 'string | null', state: 'BookingState' },
  ],
  [
    'conditions that do not: ALL of nothing, OR, the ON of an outer join',
    `SELECT u.bio FROM users u LEFT JOIN bookings b ON u.bio = 'x' WHERE u.bio <> ALL ('{}') AND (u.bio IS NOT NULL OR u.id > 0)`,
    { bio: 'string | null' },
  ],
  [
    'expressions and literals',
    `SELECT id + 1 AS a, name || '' AS b, coalesce(bio, '') AS c, true AS d, count(*) OVER () AS e, id FROM users`,
    {
      a: 'number',
      b: 'string',
      c: 'string',
      d: 'boolean',
      e: 'string',
      id: 'UserId',
    },
  ],
  [
    'a subquery that may find nothing',
    `SELECT id, (SELECT state FROM bookings b WHERE b.user_id = users.id) AS state FROM users`,
    { id: 'UserId', state: 'string | null' },
  ],
  ['a subselect', 'SELECT s.id, s.bio FROM (SELECT id, bio FROM users) s', { id: 'UserId', bio: 'string | null' }],
  [
    'a lateral function',
    'SELECT u.id, g FROM users u, LATERAL generate_series(1, 2) g',
    { id: 'UserId', g: 'number | null' },
  ],
  ['a union', 'SELECT id FROM users UNION SELECT NULL::int', { id: 'number | null' }],
  ['a union without NULL', 'SELECT id FROM users UNION ALL SELECT user_id FROM bookings', { id: 'number' }],
  [
    'groups',
    'SELECT state, count(*) AS n, max(note) AS m FROM bookings GROUP BY state',
    { state: 'BookingState', n: 'string', m: 'string | null' },
  ],
  [
    'functions that can give NULL of values',
    `SELECT lower(int4range(NULL, 1)) AS a, to_char(now(), 'YYYY') AS b, (path '((0,0),(1,1))' + path '((0,0),(1,1))')::text AS c, concat(VARIADIC NULL::text[]) AS d`,
    { a: 'number | null', b: 'string | null', c: 'string | null', d: 'string | null' },
  ],
  ['grouping sets', 'SELECT id FROM users GROUP BY ROLLUP (id)', { id: 'number | null' }],
  [
    'WITH',
    'WITH w AS (SELECT NULL::int AS id, 1 AS one) SELECT w.id, w.one FROM w',
    { id: 'number | null', one: 'number' },
  ],
  [
    'WITH RECURSIVE',
    'WITH RECURSIVE w(id) AS (SELECT 1 UNION ALL SELECT nullif(w.id + 1, 3) FROM w WHERE w.id < 5) SELECT w.id, u.name FROM w LEFT JOIN users u ON u.id = w.id',
    { id: 'number | null', name: 'string | null' },
  ],
  ['names of columns', 'SELECT x.a FROM users AS x(a, b, c, d)', { a: 'number | null' }],
  ['a table without name', 'VALUES (1), (NULL)', { column1: 'number | null' }],
  [
    'whole rows and system columns',
    'SELECT u, u.tableoid FROM users u',
    { u: 'string | null', tableoid: 'number | null' },
  ],
];

const database = useDatabase();

test.each(CASES)('%s', async (_, body, expected) => {
  await database.session(async (session) => {
    await session.batch(`DROP SCHEMA public CASCADE; CREATE SCHEMA public; ${DDL} CREATE VIEW v AS ${body}`);
    const { text } = await fromSession(session);
    expect(members(text, 'VRow')).toEqual(expected);
    const rows = await session.query('SELECT * FROM v');
    expect(rows.length).toBeGreaterThan(0);
    const claims = claimsOf(text);
    expect(rows.flatMap((row) => claims('VRow', row))).toEqual([]);
  });
});

test('views over views, also over later ones; a materialized view may be older than its constraints', async () => {
  const ddl = `${DDL} CREATE VIEW z AS SELECT id, name FROM users; CREATE VIEW a AS SELECT z.id, z.name AS called FROM z;
    CREATE MATERIALIZED VIEW m AS SELECT id FROM users; CREATE VIEW over_m AS SELECT id FROM m;`;
  await withDdl(ddl, async (session) => {
    const { text } = await fromSession(session);
    expect(members(text, 'ARow')).toEqual({ id: 'UserId', called: 'string' });
    expect(members(text, 'MRow')).toEqual({ id: 'number | null' });
    expect(members(text, 'OverMRow')).toEqual({ id: 'number | null' });
  });
});
