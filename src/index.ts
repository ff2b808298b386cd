/** The library door: what programs may import from `strata-pg`. Commands are calls: see commands/call.ts. */
export { CODES, type Code, EXIT, ToolError } from './base/errors.ts';
export type { Finding, Level, Outcome, Place } from './base/finding.ts';
export type { Event } from './base/runtime.ts';
export { compare } from './catalog/compare.ts';
export type { Snapshot } from './catalog/model.ts';
export { parseSnapshot, snapshotHash } from './catalog/snapshot.ts';
export { type CallOptions, type PlaceOptions, run } from './commands/call.ts';
export {
  openTestDatabase,
  openTestServer,
  type TestDatabase,
  type TestDatabaseOptions,
  type TestServer,
} from './commands/testing.ts';
export type { ColumnDefinitions, MigrationBuilder } from './migrate/pgm.ts';
