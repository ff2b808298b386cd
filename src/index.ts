/** The library door: what programs may import from `strata-pg`. */
export { CODES, type Code, EXIT, ToolError } from './base/errors.ts';
export type { Finding, Level, Outcome, Place } from './base/finding.ts';
export type { Snapshot } from './catalog/model.ts';
export type { ColumnDefinitions, MigrationBuilder } from './migrate/pgm.ts';
