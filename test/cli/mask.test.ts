/** Whatever is printed has no password in it, and no full e-mail address. */
import { expect, test } from 'vitest';
import { maskSecrets } from '../../src/base/mask.ts';

test.each([
  ['postgresql://u:secret@h/d', 'postgresql://u:***@h/d'],
  ['at postgres://u:se/cr@et@h:5432/d now', 'at postgres://u:***@h:5432/d now'],
  ['postgresql://u:p%40@[::1]/d and s3://k:v@b', 'postgresql://u:***@[::1]/d and s3://k:***@b'],
  ['postgresql://h/d?user=u&password=secret&sslmode=require', 'postgresql://h/d?user=u&password=***&sslmode=require'],
  ["host=h password='it\\'s secret' user=u", 'host=h password=*** user=u'],
  ['host=h password=secret', 'host=h password=***'],
  ['PGPASSWORD=secret psql', 'PGPASSWORD=*** psql'],
  ['mail ann.lee+x@example.co.uk today', 'mail a***@example.co.uk today'],
  ['Key (email)=(bob@example.org) already exists.', 'Key (email)=(b***@example.org) already exists.'],
])('%s', (text, masked) => {
  expect(maskSecrets(text)).toBe(masked);
});

test.each([
  'postgresql://u@h/d',
  'ran as app_user@db.internal:5432/market',
  '001_users.ts:3:9',
  'password authentication failed for user "u"',
])('%s stays', (text) => {
  expect(maskSecrets(text)).toBe(text);
});
