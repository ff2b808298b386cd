import type { ActionRule } from '../rule.ts';

/** What came with a major version and would be refused by the one before: the parser here is that of PostgreSQL 18. */
const SINCE: readonly { readonly version: number; readonly what: string; readonly pattern: RegExp }[] = [
  { version: 18, what: 'a virtual generated column', pattern: /\bgenerated\s+always\s+as\s*\([\s\S]*?\)\s*virtual\b/i },
  { version: 18, what: 'NOT ENFORCED', pattern: /\bnot\s+enforced\b/i },
  {
    version: 18,
    what: 'a NOT NULL constraint with NOT VALID',
    pattern: /\badd\s+(?:constraint\s+\S+\s+)?not\s+null\b/i,
  },
  { version: 18, what: 'WITHOUT OVERLAPS', pattern: /\bwithout\s+overlaps\b/i },
  { version: 18, what: 'uuidv7()', pattern: /\buuidv7\s*\(/i },
  { version: 17, what: 'WHEN NOT MATCHED BY SOURCE', pattern: /\bmatched\s+by\s+source\b/i },
  { version: 17, what: 'JSON_TABLE', pattern: /\bjson_table\s*\(/i },
  { version: 17, what: 'ALTER COLUMN … SET EXPRESSION', pattern: /\bset\s+expression\s+as\b/i },
  { version: 16, what: 'ANY_VALUE', pattern: /\bany_value\s*\(/i },
];

/** Only with a database at hand: without one nobody knows its version. */
export const rule: ActionRule = {
  name: 'server-version',
  level: 'error',
  summary: 'a statement that the server at hand is too old for fails there, in the middle of a release',
  lock: null,
  covers: [],
  bad: { server: 150000, up: 'ALTER TABLE users ADD CONSTRAINT adult CHECK (age > 17) NOT ENFORCED', down: 'SELECT 1' },
  good: {
    server: 180000,
    up: 'ALTER TABLE users ADD CONSTRAINT adult CHECK (age > 17) NOT ENFORCED',
    down: 'SELECT 1',
  },
  judge(action, { facts, sql }) {
    const major = facts.serverVersion === null ? null : Math.floor(facts.serverVersion / 10_000);
    if (major === null || action.kind === 'comment') return [];
    return SINCE.filter(({ version, pattern }) => version > major && pattern.test(sql)).map(({ version, what }) => ({
      subject: what,
      message: `${what} needs PostgreSQL ${version}; the server is ${major}`,
      hint: `Upgrade the server first, or do without ${what}.`,
    }));
  },
};
