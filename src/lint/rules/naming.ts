import type { Naming } from '../../config/schema.ts';
import type { ConstraintKind } from '../action.ts';
import { type StateProblem, type StateRule, show } from '../rule.ts';
import type { TableState } from '../state.ts';

const KEYS: Readonly<Record<ConstraintKind, keyof Naming | null>> = {
  check: 'check',
  unique: 'unique',
  'foreign key': 'foreignKey',
  'primary key': 'primaryKey',
  exclusion: 'exclusion',
  'not null': null,
};

/** The patterns are `lint.naming` of the configuration. A primary key without a name gets `<table>_pkey`, which is fine. */
export const rule: StateRule = {
  name: 'naming',
  level: 'off',
  summary: 'names follow the patterns of lint.naming: chk_…, uq_…, fk_…, idx_<table>_…, no capitals',
  lock: null,
  covers: ['atlas:NM101', 'atlas:NM102', 'atlas:NM103', 'atlas:NM104', 'atlas:NM105', 'atlas:NM106'],
  bad: 'CREATE TABLE notes (id bigint CONSTRAINT positive CHECK (id > 0))',
  good: 'CREATE TABLE notes (id bigint CONSTRAINT chk_notes_id CHECK (id > 0)); CREATE INDEX idx_notes_id ON notes (id)',
  examine({ tables }, naming) {
    return tables.filter(({ made }) => made.from !== 'partition').flatMap((table) => faults(table, naming));
  },
};

function faults(table: TableState, naming: Naming): readonly StateProblem[] {
  const { name } = table.name;
  const misses = (kind: keyof Naming, given: string): boolean => !patternOf(naming, kind, name).test(given);
  const wrong = (kind: keyof Naming, words: string, given: string | null, by: TableState['by']): StateProblem[] => {
    const pattern = naming[kind].replace('{table}', name);
    if (given !== null && !misses(kind, given)) return [];
    const subject = given ?? show(table.name);
    const message =
      given === null
        ? `a ${words} of ${show(table.name)} has no name of its own`
        : `the ${words} ${given} does not match ${pattern}`;
    return [{ subject, message, hint: `Give it a name that matches ${pattern}, or change lint.naming.${kind}.`, by }];
  };
  return [
    ...wrong('table', 'table', name, table.by),
    ...[...table.columns].flatMap(([column, { by }]) => wrong('column', 'column', column, by)),
    ...table.constraints.flatMap(({ constraint, by }) => {
      const kind = KEYS[constraint.kind];
      if (kind === null || (kind === 'primaryKey' && constraint.name === null)) return [];
      return wrong(kind, constraint.kind, constraint.name, by);
    }),
    ...table.indexes.flatMap(({ index, by }) => wrong('index', 'index', index.name, by)),
  ];
}

/** A pattern that is no regular expression matches everything: the configuration says so itself. */
function patternOf(naming: Naming, kind: keyof Naming, table: string): RegExp {
  try {
    return new RegExp(naming[kind].replace('{table}', table.replace(/[^\w]/g, '.')), 'u');
  } catch {
    return /^/;
  }
}
