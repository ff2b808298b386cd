/** btree_gist lets an exclusion constraint compare integers beside time ranges: the guard against double booking. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.createExtension('btree_gist', { ifNotExists: true });
}

export function down(pgm: MigrationBuilder): void {
  pgm.dropExtension('btree_gist', { ifExists: true });
}
