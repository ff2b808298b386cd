/** Who exists in the cluster. Roles belong to the server, not to this database: `up` finds or creates them, `down` takes away only
 * what this database gave them, because another database may rely on them at this moment. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.install('roles/marketplace', 1);
  pgm.grantOnSchemas({
    privileges: 'USAGE',
    schemas: 'public',
    roles: ['app_owner', 'app_user', 'app_readonly', 'app_backup', 'app_system'],
  });
  pgm.grantOnSchemas({ privileges: 'CREATE', schemas: 'public', roles: 'app_owner' });
}

export function down(pgm: MigrationBuilder): void {
  pgm.revokeOnSchemas({ privileges: 'CREATE', schemas: 'public', roles: 'app_owner' });
  pgm.revokeOnSchemas({
    privileges: 'USAGE',
    schemas: 'public',
    roles: ['app_owner', 'app_user', 'app_readonly', 'app_backup', 'app_system'],
  });
}
