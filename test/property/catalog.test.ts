/** Random tables: read twice they are equal; whatever differs in what was asked for differs in the Snapshot, and back. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ident, literal } from '../../src/base/ident.ts';
import { compare } from '../../src/catalog/compare.ts';
import { describe } from '../../src/catalog/describe.ts';
import type { Snapshot } from '../../src/catalog/model.ts';
import { readSnapshot } from '../../src/catalog/read.ts';
import { parseSnapshot, snapshotFile, snapshotHash, snapshotText } from '../../src/catalog/snapshot.ts';
import type { Session } from '../../src/pg/pool.ts';
import { useDatabase } from '../support/database.ts';

const database = useDatabase();
const RUNS = { numRuns: Number(process.env.FC_RUNS ?? 25) };

interface ColumnSpec {
  readonly name: string;
  readonly type: string;
  readonly notNull: boolean;
  readonly default: string | null;
  readonly comment: string | null;
}

interface TableSpec {
  readonly name: string;
  readonly columns: readonly ColumnSpec[];
  readonly unique: boolean;
}

/** Any text that PostgreSQL takes for a name: no NUL, at most 63 bytes. */
const name = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 15 })
  .filter((text) => !text.includes('\0') && Buffer.byteLength(text) <= 63);
const words = fc.string({ unit: 'grapheme', maxLength: 20 }).filter((text) => !text.includes('\0') && text !== '');

const DEFAULTS: Readonly<Record<string, readonly string[]>> = {
  integer: ['1', '-2', '1 + 1'],
  'text COLLATE "C"': ["'x'", "E'it''s\\\\'", 'upper(CURRENT_USER::text)'],
  'numeric(10,2)': ['0', '1.50'],
  'timestamp with time zone': ['now()', "'2020-01-01 00:00+05'"],
  'text[]': ["'{}'", "ARRAY['a', 'b']"],
  'character varying(7)': ["'x'"],
  jsonb: ["'{}'"],
};

const column = fc.constantFrom(...Object.keys(DEFAULTS)).chain((type) =>
  fc.record<ColumnSpec>({
    name,
    type: fc.constant(type),
    notNull: fc.boolean(),
    default: fc.option(fc.constantFrom(...(DEFAULTS[type] ?? []))),
    comment: fc.option(words),
  }),
);

const table = fc.record<TableSpec>({
  name,
  columns: fc.uniqueArray(column, { selector: (spec) => spec.name, maxLength: 6 }),
  unique: fc.boolean(),
});

const tables = fc.uniqueArray(table, { selector: (spec) => spec.name, maxLength: 4 });

function ddl({ name: of, columns, unique }: TableSpec): string {
  const lines = columns.map(
    (spec) =>
      `${ident(spec.name)} ${spec.type}${spec.notNull ? ' NOT NULL' : ''}${spec.default ? ` DEFAULT ${spec.default}` : ''}`,
  );
  const first = columns.find(({ type }) => type !== 'jsonb');
  if (unique && first) lines.push(`UNIQUE (${ident(first.name)})`);
  const comments = columns.flatMap(({ name: column, comment }) =>
    comment === null ? [] : [`COMMENT ON COLUMN s.${ident(of)}.${ident(column)} IS ${literal(comment)}`],
  );
  return [`CREATE TABLE s.${ident(of)} (${lines.join(', ')})`, ...comments].join(';\n');
}

async function build(session: Session, specs: readonly TableSpec[]): Promise<Snapshot> {
  await session.query('BEGIN');
  try {
    await session.batch(['CREATE SCHEMA s', ...specs.map(ddl)].join(';\n'));
    const snapshot = await readSnapshot(session, { schemas: ['s'] });
    expect(compare(snapshot, await readSnapshot(session, { schemas: ['s'] }))).toEqual([]);
    return snapshot;
  } finally {
    await session.query('ROLLBACK');
  }
}

test('random tables: all of the specification is in the Snapshot, nothing differs from itself or from its file', async () => {
  await database.session((session) =>
    fc.assert(
      fc.asyncProperty(tables, async (specs) => {
        const snapshot = await build(session, specs);
        expect(snapshot.tables.map((t) => t.name).sort()).toEqual(specs.map((t) => t.name).sort());
        for (const spec of specs) {
          const found = snapshot.tables.find((t) => t.name === spec.name);
          const seen = found?.columns.map((c) => ({ name: c.name, notNull: c.notNull, comment: c.comment }));
          expect(seen).toEqual(spec.columns.map(({ name: n, notNull, comment }) => ({ name: n, notNull, comment })));
          expect(found?.columns.map((c) => c.default === null)).toEqual(spec.columns.map((c) => c.default === null));
        }
        const text = snapshotText(snapshot, { serverVersion: session.serverVersion, takenAt: new Date(0) });
        expect(compare(parseSnapshot(text, 'x').snapshot, snapshot)).toEqual([]);
        const file = snapshotFile(snapshot, { serverVersion: session.serverVersion, takenAt: new Date(0) });
        expect(file.bytes.toString('utf8')).toBe(text);
      }),
      RUNS,
    ),
  );
});

test('random pairs: no change exactly when the hashes agree, and the way back is the mirror of the way there', async () => {
  const pair = fc.tuple(tables, tables, fc.boolean()).map(([a, b, same]) => [a, same ? [...a].reverse() : b] as const);
  await database.session((session) =>
    fc.assert(
      fc.asyncProperty(pair, async ([a, b]) => {
        const [before, after] = [await build(session, a), await build(session, b)];
        const there = compare(before, after);
        const back = compare(after, before);
        expect(there.length === 0).toBe(snapshotHash(before) === snapshotHash(after));
        const mirror = { add: 'drop', drop: 'add', alter: 'alter' } as const;
        const key = (action: string, subject: string) => `${action} ${subject}`;
        expect(back.map((c) => key(c.action, describe(c).subject)).sort()).toEqual(
          there.map((c) => key(mirror[c.action], describe(c).subject)).sort(),
        );
      }),
      RUNS,
    ),
  );
});
