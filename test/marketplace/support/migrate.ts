/** Applies the marketplace's migrations. */
import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createJiti } from 'jiti';
import { MigrationBuilder } from 'node-pg-migrate';
import type { Session } from '../../../src/pg/pool.ts';

const jiti = createJiti(import.meta.url);

export async function migrate(session: Session, direction: 'up' | 'down'): Promise<void> {
  const names = readdirSync('migrations').sort();
  if (direction === 'down') names.reverse();
  for (const name of names) await session.batch(`BEGIN;\n${await render(name, direction)}\nCOMMIT`);
}

async function render(name: string, direction: 'up' | 'down'): Promise<string> {
  const module = await jiti.import<Record<'up' | 'down', (pgm: MigrationBuilder) => void>>(resolve('migrations', name));
  const pgm = new MigrationBuilder({} as never, {}, false, console as never);
  Object.assign(pgm, {
    install: (path: string, version: number) => pgm.sql(readFileSync(`sql/${path}_v${version}.sql`, 'utf8')),
  });
  module[direction](pgm);
  return pgm.getSqlSteps().join('\n;');
}
