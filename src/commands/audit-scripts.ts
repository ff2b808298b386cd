/** A project's scripts about its audit log: `sql/audit/head.sql` and `sql/audit/verify.sql`, each if it is there. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AuditScripts } from '../backup/audit.ts';
import type { Script } from '../backup/script.ts';
import type { Context } from './command.ts';

export function auditScripts({ config }: Context): AuditScripts {
  const script = (name: string): Script | null => {
    const file = `${config.sql}/audit/${name}.sql`;
    const path = join(config.root, file);
    return existsSync(path) ? { file, sql: readFileSync(path, 'utf8') } : null;
  };
  return { head: script('head'), verify: script('verify') };
}
