/** Files and history compared, without a database. */
import { describe, expect, test } from 'vitest';
import type { History } from '../../src/migrate/history.ts';
import type { AppliedMigration, InterruptedMigration, MigrationFile } from '../../src/migrate/model.ts';
import { chooseDown, chooseUp, statusesOf } from '../../src/migrate/plan.ts';

function file(version: string, checksum = `sum ${version}`): MigrationFile {
  const name = `${version}_m`;
  return {
    version,
    name,
    description: 'm',
    file: `migrations/${name}.sql`,
    language: 'sql',
    source: '',
    parts: [],
    checksum,
  };
}

function row(version: string): AppliedMigration {
  const name = `${version}_m`;
  const more = { semanticChecksum: null, durationMs: 1, appliedBy: 'x', toolVersion: '0', snapshotHash: null };
  return { version, name, description: 'm', appliedAt: new Date(0), checksum: `sum ${version}`, ...more };
}

function history(applied: readonly string[], interrupted: readonly InterruptedMigration[] = []): History {
  return { present: true, applied: applied.map(row), interrupted };
}

function stopped(version: string, direction: 'up' | 'down'): InterruptedMigration {
  return { version, direction, done: 1, total: 3, begun: false, checksum: null, error: null };
}

const versions = (list: readonly { readonly version: string }[]): string[] => list.map(({ version }) => version);

describe('states', () => {
  test.each([
    ['nothing applied', ['1', '2'], [], ['pending', 'pending']],
    ['all applied', ['1', '2'], ['1', '2'], ['applied', 'applied']],
    ['a gap in the middle', ['1', '2', '3'], ['1', '3'], ['applied', 'out_of_order', 'applied']],
    ['a file gone in the middle', ['1', '3'], ['1', '2', '3'], ['applied', 'missing', 'applied']],
    ['a file gone at the end', ['1'], ['1', '2'], ['applied', 'missing']],
    ['numbers, not text', ['2', '10'], ['10'], ['out_of_order', 'applied']],
    ['nothing at all', [], [], []],
  ])('%s', (_, files, applied, states) => {
    expect(
      statusesOf(
        files.map((v) => file(v)),
        history(applied),
      ).map(({ state }) => state),
    ).toEqual(states);
  });

  test('an edited file, an unfinished migration', () => {
    const all = statusesOf([file('1', 'other'), file('2')], history(['1'], [stopped('2', 'up')]));
    expect(all.map(({ state, edit }) => [state, edit])).toEqual([
      ['edited', 'unknown'],
      ['failed', undefined],
    ]);
  });
});

describe('up', () => {
  const files = ['1', '2', '3', '4'].map((v) => file(v));

  test.each([
    [{}, ['2', '3', '4']],
    [{ to: '3' }, ['2', '3']],
    [{ steps: 1 }, ['2']],
    [{ to: '1' }, []],
  ])('%j', (options, chosen) => {
    expect(versions(chooseUp(statusesOf(files, history(['1'])), options))).toEqual(chosen);
  });

  test('goes on with what stopped in the middle', () => {
    expect(versions(chooseUp(statusesOf(files, history(['1'], [stopped('2', 'up')]))))).toEqual(['2', '3', '4']);
  });

  test('a late migration above the limit is none of this run', () => {
    const states = statusesOf(files, history(['1', '2', '4']));
    expect(versions(chooseUp(states, { to: '2' }))).toEqual([]);
    expect(() => chooseUp(states)).toThrow('3_m is older than what is applied');
    expect(versions(chooseUp(states, { allowOutOfOrder: true }))).toEqual(['3']);
  });

  test('an unknown version is met with the nearest', () => {
    const seen = catching(() => chooseUp(statusesOf([file('001')], history([])), { to: '1' }));
    expect(seen).toMatchObject({ code: 'MIGRATION_UNKNOWN', more: { hint: 'Did you mean 001 (001_m)?' } });
  });

  test('an unfinished down comes first', () => {
    const seen = catching(() => chooseUp(statusesOf(files, history(['1', '2'], [stopped('2', 'down')]))));
    expect(seen).toMatchObject({
      code: 'MIGRATION_UNFINISHED',
      more: { hint: expect.stringContaining('strata down') },
    });
  });
});

describe('down', () => {
  const files = ['1', '2', '3', '4'].map((v) => file(v));
  const late = history(['1', '3', '4', '2']);

  test.each([
    [{}, ['2']],
    [{ steps: 2 }, ['2', '4']],
    [{ to: '1' }, ['2', '4', '3']],
    [{ to: '3' }, ['4']],
    [{ steps: 99 }, ['2', '4', '3', '1']],
  ])('%j goes back through the order of application', (extent, chosen) => {
    expect(versions(chooseDown(statusesOf(files, late), late, extent))).toEqual(chosen);
  });

  test('one that stopped in the middle goes first', () => {
    const middle = history(['1', '2', '3'], [stopped('2', 'down')]);
    expect(versions(chooseDown(statusesOf(files, middle), middle))).toEqual(['2']);
  });
});

function catching(work: () => unknown): unknown {
  try {
    return work();
  } catch (thrown) {
    return thrown;
  }
}
