import { type StateRule, show } from '../rule.ts';

const TAGS: Readonly<Record<string, string>> = {
  subject: '@subject(user_id)',
  retention: '@retention(2 years)',
  erasure: '@erasure(delete)',
};

export const rule: StateRule = {
  name: 'privacy-tags',
  level: 'off',
  summary:
    'a table that holds personal data says in its comment whose they are, how long they are kept and how they are erased',
  lock: null,
  covers: [],
  bad: "CREATE TABLE guests (email text); COMMENT ON COLUMN guests.email IS '@pii(email)'; COMMENT ON TABLE guests IS 'Who comes'",
  good: "CREATE TABLE guests (id int, email text); COMMENT ON COLUMN guests.email IS '@pii(email)'; COMMENT ON TABLE guests IS 'Who comes. @subject(id) @retention(1 year) @erasure(delete)'",
  examine({ tables }) {
    return tables
      .filter(({ made, columns }) => made.from !== 'partition' && [...columns.values()].some(isPersonal))
      .flatMap((table) => {
        const comment = table.comment ?? '';
        // What is deleted with the person is kept as long as the person is.
        const lasting = comment.includes('@erasure(delete)') ? ['subject', 'erasure'] : Object.keys(TAGS);
        const missing = lasting.filter((tag) => !comment.includes(`@${tag}(`));
        if (missing.length === 0) return [];
        const name = show(table.name);
        return [
          {
            subject: name,
            message: `${name} holds personal data, and its comment has no ${missing.map((tag) => `@${tag}`).join(', ')}`,
            hint: `End its comment with: ${missing.map((tag) => TAGS[tag]).join(' ')}`,
            by: table.by,
          },
        ];
      });
  },
};

function isPersonal({ comment }: { readonly comment: string | null }): boolean {
  return /@pii\b/.test(comment ?? '');
}
