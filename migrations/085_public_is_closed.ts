/**
 * Functions that run with their owner's rights look their tables up in schema public. Since PostgreSQL 15 only its owner creates there;
 * a database that came from an older version still lets everybody, who could put a function in the way of ours.
 */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.revokeOnSchemas({ privileges: 'CREATE', schemas: 'public', roles: 'PUBLIC' });
}

/** Nothing to give back: whoever had the right of old should not have it again. */
export function down(): void {}
