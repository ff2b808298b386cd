/** The version of this package. esbuild puts the text in; from source (tests) it is read from package.json. */
import { readFileSync } from 'node:fs';

declare const STRATA_VERSION: string | undefined;

export const VERSION: string = typeof STRATA_VERSION === 'string' ? STRATA_VERSION : fromPackage();

function fromPackage(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
