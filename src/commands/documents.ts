/** JSON Schemas that comments of columns name, read from the project folder: for row types, and for seed files. */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type DocumentUse, readDocuments } from '../codegen/documents.ts';
import type { Config } from '../config/schema.ts';

/** ajv is loaded only when there is one. */
export async function documentsOf(
  config: Config,
  uses: readonly DocumentUse[],
): Promise<ReturnType<typeof readDocuments>> {
  if (uses.length === 0) return { documents: new Map(), findings: [] };
  const { compileSchema } = await import('../base/validate.ts');
  const read = (path: string): string | null => {
    const absolute = resolve(config.root, path);
    return existsSync(absolute) ? readFileSync(absolute, 'utf8') : null;
  };
  return readDocuments(uses, { read, check: compileSchema });
}
