import { type StateProblem, type StateRule, show } from '../rule.ts';
import type { TableState } from '../state.ts';

export const rule: StateRule = {
  name: 'row-security-missing',
  level: 'off',
  summary: 'every table has row level security enabled and forced, and at least one policy',
  lock: null,
  covers: [],
  bad: 'CREATE TABLE notes (id bigint); ALTER TABLE notes ENABLE ROW LEVEL SECURITY',
  good: 'CREATE TABLE notes (id bigint); ALTER TABLE notes ENABLE ROW LEVEL SECURITY; ALTER TABLE notes FORCE ROW LEVEL SECURITY; CREATE POLICY own ON notes USING (true)',
  examine({ tables }) {
    return tables.filter(({ made }) => made.from !== 'partition').flatMap(faults);
  },
};

function faults({ name, rowSecurity: { enabled, forced, policies }, by }: TableState): readonly StateProblem[] {
  const table = show(name);
  const missing = [
    ...(enabled ? [] : [`ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY;`]),
    ...(forced ? [] : [`ALTER TABLE ${table} FORCE ROW LEVEL SECURITY;`]),
    ...(policies > 0 ? [] : [`CREATE POLICY own_rows ON ${table} USING (…);`]),
  ];
  if (missing.length === 0) return [];
  const lacks = [
    ...(enabled ? [] : ['not enabled']),
    ...(forced ? [] : ['not forced on its owner']),
    ...(policies > 0 ? [] : ['without a policy']),
  ];
  const message = `row level security of ${table} is ${lacks.join(', ')}`;
  return [{ subject: table, message, hint: missing.join(' '), by }];
}
