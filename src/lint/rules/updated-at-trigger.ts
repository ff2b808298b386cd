import { type StateRule, show } from '../rule.ts';

export const rule: StateRule = {
  name: 'updated-at-trigger',
  level: 'off',
  summary: 'updated_at is kept by a trigger: what applications must remember to set is wrong one day',
  lock: null,
  covers: [],
  bad: 'CREATE TABLE notes (updated_at timestamptz)',
  good: 'CREATE TABLE notes (updated_at timestamptz); CREATE TRIGGER trg_notes_updated_at BEFORE UPDATE ON notes FOR EACH ROW EXECUTE FUNCTION set_updated_at()',
  examine({ tables }) {
    return tables
      .filter(({ columns, triggers, made }) => {
        const kept = triggers.some(({ calls, name }) => /updated_at|touch/.test(`${calls.name} ${name}`));
        return made.from !== 'partition' && columns.has('updated_at') && !kept;
      })
      .map(({ name, columns, by }) => ({
        subject: `${show(name)}.updated_at`,
        message: `no trigger keeps updated_at of ${show(name)}`,
        hint: `CREATE TRIGGER ${show(`trg_${name.name}_updated_at`)} BEFORE UPDATE ON ${show(name)} FOR EACH ROW EXECUTE FUNCTION set_updated_at();`,
        by: columns.get('updated_at')?.by ?? by,
      }));
  },
};
