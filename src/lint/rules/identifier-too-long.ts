import { NAME_BYTES, unquoted } from '../../base/ident.ts';
import { tokenize } from '../../syntax/lexer.ts';
import type { ActionRule } from '../rule.ts';

/** Most statements have no such run of characters, and tokens cost more than all other rules together. */
const MAY_BE_LONG = new RegExp(`[\\w$]{${NAME_BYTES + 1},}|"[^"]{${NAME_BYTES + 1},}|[^\\x20-\\x7e\\s]`);

/** By the text: the parser has cut the names already. */
export const rule: ActionRule = {
  name: 'identifier-too-long',
  level: 'error',
  summary: 'PostgreSQL cuts names after 63 bytes and says so only in a notice; two long names may become one',
  lock: null,
  covers: ['squawk:identifier-too-long'],
  bad: `CREATE TABLE ${'x'.repeat(64)} (id int)`,
  good: `CREATE TABLE ${'x'.repeat(63)} (id int)`,
  judge(_action, { sql }) {
    if (!MAY_BE_LONG.test(sql)) return [];
    return tokenize(sql).flatMap(({ kind, start, end }) => {
      if (end - start <= NAME_BYTES / 4 || (kind !== 'word' && kind !== 'quoted')) return [];
      const name = unquoted(sql.slice(start, end));
      const bytes = Buffer.byteLength(name);
      if (bytes <= NAME_BYTES) return [];
      return [
        {
          subject: name,
          message: `a name has ${bytes} bytes; PostgreSQL keeps ${NAME_BYTES} of them: ${name}`,
          hint: `Choose a shorter name, for example: ${name.slice(0, 50)}`,
        },
      ];
    });
  },
};
