/** The files that `init` writes, word for word. */

export const CONFIG = `{
  "$schema": "./node_modules/strata-pg/dist/config.schema.json",
  "schemas": ["public"],
  "environments": {
    "production": { "url": "\${PRODUCTION_DATABASE_URL}", "confirm": true }
  }
}
`;

export const FIRST_MIGRATION = `import type { MigrationBuilder } from 'node-pg-migrate';

/** The first table. Rename it, or put your own here: once applied anywhere, a migration is not edited any more. */
export function up(pgm: MigrationBuilder): void {
  pgm.createTable('items', {
    id: { type: 'bigint', primaryKey: true, sequenceGenerated: { precedence: 'ALWAYS' } },
    name: { type: 'text', notNull: true },
    created_at: { type: 'timestamptz', notNull: true, default: pgm.func('now()') },
  });
}

export function down(pgm: MigrationBuilder): void {
  pgm.dropTable('items');
}
`;

export const SCRIPTS: Readonly<Record<string, string>> = {
  'db:status': 'strata status',
  'db:up': 'strata up',
  'db:down': 'strata down',
  'db:verify': 'strata verify',
  'db:types': 'strata types',
  'db:check': 'strata check',
};

/** Data of the embedded server, and dumps: neither belongs into git. */
export const IGNORED: readonly string[] = ['node_modules/', '.strata/', 'backups/'];

export const WORKFLOW = `name: database

on:
  push:
    branches: [main]
  pull_request:

jobs:
  migrations:
    runs-on: ubuntu-latest
    services:
      postgres:
        image: postgres:17
        env:
          POSTGRES_PASSWORD: postgres
        ports: ['5432:5432']
        options: >-
          --health-cmd "pg_isready -U postgres" --health-interval 2s --health-timeout 5s --health-retries 15
    env:
      DATABASE_URL: postgresql://postgres:postgres@localhost:5432/postgres
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
        with:
          node-version: 22
          cache: npm
      - run: npm ci
      # Once "npx strata types" has written types that you commit: without --skip types.
      - run: npx strata check --skip types --format github
`;
