/** Names of types from names of tables. */
import { expect, test } from 'vitest';
import { singular } from '../../src/codegen/names.ts';

test.each([
  ...[
    'bookings booking',
    'tutor_availabilities tutor_availability',
    'statuses status',
    'addresses address',
    'boxes box',
  ],
  ...[
    'batches batch',
    'houses house',
    'causes cause',
    'phases phase',
    'databases database',
    'invoices invoice',
    'keys key',
  ],
  ...['movies movie', 'third_party_cookies third_party_cookie', 'ties tie', 'analyses analysis', 'crises crisis'],
  ...['caches cache', 'excuses excuse', 'users user', 'buses bus', 'indices index', 'matrices matrix', 'quizzes quiz'],
  ...['shelves shelf', 'knives knife', 'curves curve', 'moves move', 'heroes hero', 'shoes shoe', 'theses thesis'],
  ...[
    'UserMovies UserMovie',
    'MOVIES MOVIE',
    'CATEGORIES CATEGORY',
    'PhotoAnalyses PhotoAnalysis',
    'entries_2 entries_2',
  ],
  // When in doubt, the name stays.
  ...[
    'news news',
    'series series',
    'data data',
    'people people',
    'bus bus',
    'access access',
    'gas gas',
    'analysis analysis',
  ],
])('%s', (pair) => {
  const [plural = '', one = ''] = pair.split(' ');
  expect(singular(plural)).toBe(one);
});
