/** Finding a tutor. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.install('functions/tutor_score', 1);
  pgm.install('functions/search_tutors', 1);
}

export function down(pgm: MigrationBuilder): void {
  pgm.uninstall('functions/search_tutors', 1);
  pgm.uninstall('functions/tutor_score', 1);
}
