/** The version of this package. esbuild puts the text in; from source (tests) it is read from package.json. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

declare const STRATA_VERSION: string | undefined;

export const VERSION: string = typeof STRATA_VERSION === 'string' ? STRATA_VERSION : fromPackage();

function fromPackage(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** The folder of this package, wherever it is installed: migrations, sql and seeds of the marketplace lie there. */
export function packageRoot(): string {
  // From the bundle it is one folder up, from the source two.
  const up = typeof STRATA_VERSION === 'string' ? '../' : '../../';
  return fileURLToPath(new URL(up, import.meta.url)).replace(/[\\/]$/, '');
}
