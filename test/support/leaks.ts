/** After each test file: no database of its own is left on the server. Sessions are looked at where databases are dropped. */
import { afterAll, expect } from 'vitest';
import { databasesLeft } from './database.ts';

// Registered before any other hook of the file, so it runs after them all.
afterAll(async () => {
  expect(await databasesLeft(), 'databases left by this test file').toEqual([]);
});
