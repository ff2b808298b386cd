/** A package remembers what it was bought as: expand first, nothing depends on it yet. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.addColumns('student_packages', {
    pricing_option_id: {
      type: 'integer',
      references: 'tutor_pricing_options',
      referencesConstraintName: 'fk_student_packages_pricing_option_id',
      onDelete: 'SET NULL',
      comment: 'The offer it was bought as; null once the offer is gone.',
    },
  });
  // strata-lint-ignore index-concurrently: written before the first release, when no package was sold
  // strata-lint-ignore work-under-lock: as above
  pgm.createIndex('student_packages', 'pricing_option_id', {
    name: 'idx_student_packages_pricing_option_id',
    where: 'pricing_option_id IS NOT NULL',
  });
}

export function down(pgm: MigrationBuilder): void {
  pgm.dropColumns('student_packages', ['pricing_option_id']);
}
