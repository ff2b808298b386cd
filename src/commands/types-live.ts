/** What `strata types` needs to know of the database itself. */
import { readTypeSource } from '../catalog/read.ts';
import type { TypeSource } from '../catalog/type-source.ts';
import { ownTables } from '../migrate/history.ts';
import type { Context } from './command.ts';
import { withDatabase } from './database.ts';

export function liveSource(context: Context): Promise<TypeSource> {
  const { schemas, history } = context.config;
  return withDatabase(context, (session) => readTypeSource(session, { schemas, exclude: ownTables(history) }));
}
