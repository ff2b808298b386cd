/** JSON Schemas that comments of columns name, read from the project folder: for row types, and for seed files. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type DocumentUse, readDocuments, schemaPath } from '../codegen/documents.ts';
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

/** Paths that the text of migrations names, before any of them has run: what the types of the repository rest on, too. */
export function documentPaths({ root, migrations, sql }: Config): readonly string[] {
  const texts = [migrations, sql].flatMap((folder) => textsBelow(resolve(root, folder)));
  const named = texts.flatMap((text) => text.match(/@schema\([^()]*\)/g) ?? []).map(schemaPath);
  return [...new Set(named.filter((path) => path !== null))];
}

function textsBelow(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? textsBelow(path) : entry.isFile() ? [readFileSync(path, 'utf8')] : [];
  });
}
