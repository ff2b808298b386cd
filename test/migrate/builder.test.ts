/** Every method of node-pg-migrate's builder, from a migration's file to the server's catalog and back. */
import { MigrationBuilder } from 'node-pg-migrate/migrationBuilder';
import { expect, describe as group, test } from 'vitest';
import { compare } from '../../src/catalog/compare.ts';
import { readSnapshot } from '../../src/catalog/read.ts';
import { changeLine } from '../support/changes.ts';
import { apply, compileOne } from '../support/compiled.ts';
import { useDatabase } from '../support/database.ts';
import { CALLS, type Call, GROUND } from './builder-calls.ts';

const database = useDatabase();

function file({ up, down }: Pick<Call, 'up' | 'down'>): string {
  const head = "import type { MigrationBuilder } from 'node-pg-migrate';\n";
  const body = `export function up(pgm: MigrationBuilder): void {\n  ${up};\n}\n`;
  return `${head}${body}${down === undefined ? '' : `export function down(pgm: MigrationBuilder): void {\n  ${down};\n}\n`}`;
}

test('every method is called here: a new version of the builder has none that is not', () => {
  const builder = new MigrationBuilder({} as never, {}, false, { info() {}, warn() {}, error() {} });
  const methods = Object.keys(builder).filter((name) => typeof Reflect.get(builder, name) === 'function');
  const known = [...new Set(CALLS.map(({ method }) => method)), 'func'];
  expect(methods.filter((name) => !known.includes(name))).toEqual([]);
  expect(known.filter((name) => !methods.includes(name))).toEqual([]);
});

group('the call', () => {
  test.each(CALLS.map((call) => [call.up, call] as const))('%s', async (_, call) => {
    const { up, down } = await compileOne('001_call.ts', file(call));
    await database.session(async (session) => {
      const seen = async (): Promise<unknown> => {
        if (!call.seen) return null;
        const [row] = await session.query<{ seen: unknown }>(`SELECT (${call.seen[0]}) AS seen`);
        return row?.seen ?? null;
      };
      await session.query('BEGIN');
      try {
        await session.batch(`${GROUND}; ${call.given ?? ''}`);
        const [before, first] = [await readSnapshot(session), await seen()];
        await apply(session, up);
        const after = await readSnapshot(session);
        expect(compare(before, after).map(changeLine).sort()).toEqual([...(call.does ?? [])].sort());
        if (call.seen) expect(await seen()).toBe(call.seen[1]);
        await apply(session, down);
        expect(compare(before, await readSnapshot(session)).map(changeLine)).toEqual([]);
        expect(await seen()).toBe(call.stays ? call.seen?.[1] : first);
      } finally {
        await session.query('ROLLBACK');
      }
    });
  });
});

group('without a down, the call cannot be undone, and its line is named', () => {
  const written = CALLS.filter(({ down }) => down !== undefined);
  test.each(written.map((call) => [call.up, call] as const))('%s', async (_, { up, method }) => {
    const { down } = await compileOne('001_call.ts', file({ up }));
    expect(down).toMatchObject({ kind: 'irreversible', place: { line: 3 } });
    expect((down as { reason: string }).reason).toBe(
      `pgm.${method}() in line 3 has no inverse, and 001_call exports no down`,
    );
  });
});
