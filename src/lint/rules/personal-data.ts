import { type StateRule, show } from '../rule.ts';

/** The tag that a column most likely needs, by words of its name. From the GDPR's and HIPAA's lists of identifiers. */
const HINTS: readonly (readonly [RegExp, string])[] = [
  [/(?:^|_)e?mail(?:_address)?$/, 'email'],
  [/(?:^|_)(?:phone|mobile|fax|telephone)(?:_number)?$/, 'phone'],
  [/(?:^|_)(?:first|last|full|given|family|maiden|middle|display|legal|nick)_?names?$/, 'name'],
  [/(?:^|_)(?:tutor|student|user|customer|person|author|sender|owner|holder)_name$/, 'name'],
  [/(?:^|_)(?:street|address|addr|postcode|postal_code|zip(?:_code)?|city)(?:_line)?(?:_?\d)?$/, 'address'],
  [/(?:^|_)(?:birth_?date|date_of_birth|dob|birthday|gender|nationality|ethnicity|religion)$/, 'free_text'],
  [/(?:^|_)(?:password|passwd|hashed_password|password_hash|secret|token|api_key|otp|pin)$/, 'credential'],
  [/(?:^|_)(?:ssn|tax_id|passport(?:_number)?|national_id|id_card|iban|card_number|licen[cs]e_number)$/, 'document'],
  [/(?:^|_)(?:ip|ip_address|user_agent|device_id)$/, 'free_text'],
  [/(?:^|_)(?:bio|biography|about_me)$/, 'free_text'],
];

/** Types that hold an identifier of a person whatever the name. */
const TYPES: Readonly<Record<string, string>> = { inet: 'free_text', email: 'email', macaddr: 'free_text' };

/** Counts, flags and times say something about e-mails and names without holding one. */
const HARMLESS: readonly string[] = ['bool', 'timestamptz', 'timestamp', 'date', 'int2', 'int4', 'int8', 'numeric'];

export const rule: StateRule = {
  name: 'personal-data',
  level: 'off',
  summary:
    'a column whose name or type suggests personal data says so by @pii(…) in its comment: export, erasure and masking read it',
  lock: null,
  covers: [],
  bad: "CREATE TABLE guests (email text); COMMENT ON COLUMN guests.email IS 'Where to write'",
  good: "CREATE TABLE guests (email text); COMMENT ON COLUMN guests.email IS 'Where to write. @pii(email)'",
  examine({ tables }) {
    return tables
      .filter(({ made }) => made.from !== 'partition')
      .flatMap((table) =>
        [...table.columns].flatMap(([name, { column, comment, by }]) => {
          const kind = suspicion(name, column.type);
          if (kind === null || /@pii\b/.test(comment ?? '')) return [];
          const subject = `${show(table.name)}.${show(name)}`;
          return [
            {
              subject,
              message: `${subject} looks like personal data and has no @pii tag`,
              hint: `End its comment with @pii(${kind}): COMMENT ON COLUMN ${subject} IS '${(comment ?? '…').replaceAll("'", "''")} @pii(${kind})';`,
              by,
            },
          ];
        }),
      );
  },
};

function suspicion(name: string, type: string): string | null {
  const byType = TYPES[type];
  if (byType) return byType;
  const birth = /birth|dob/.test(name);
  if (HARMLESS.includes(type) && !birth) return null;
  return HINTS.find(([pattern]) => pattern.test(name.toLowerCase()))?.[1] ?? null;
}
