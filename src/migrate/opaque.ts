/** What a migration that calls `pgm.db` talks to: the run's own connection, inside its transaction. */
import { asServerError, type Session } from '../pg/pool.ts';
import type { OpaqueDatabase } from './compile.ts';

export function opaqueDatabase(session: Session): OpaqueDatabase {
  return {
    async query(sql, values = []) {
      try {
        const { rows, rowCount } = await session.client.query(sql, [...values]);
        return { rows, rowCount };
      } catch (thrown) {
        throw asServerError(thrown, 0);
      }
    },
  };
}
