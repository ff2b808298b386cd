/**
 * Places for readers of a whole repository: relative to it, since the project may be a folder in it. GitHub's code
 * scanning refuses a whole SARIF file for one result without a file, and GitLab an issue: what is about no file is told at
 * the project's lock file, which every project has.
 */
import type { Finding, Outcome, Place } from '../base/finding.ts';

const NOWHERE: Place = { file: 'strata.lock.json', line: 1, column: 1 };

export interface Rooting {
  /** The project folder seen from the repository's, with `/`; empty: they are the same. */
  readonly prefix: string;
  /** Whether findings about no file get a place. */
  readonly everywhere: boolean;
}

export function rooted(outcome: Outcome, { prefix, everywhere }: Rooting): Outcome {
  const findings = outcome.findings.map((one): Finding => {
    const place = one.place ?? (everywhere ? NOWHERE : undefined);
    return place ? { ...one, place: { ...place, file: prefix ? `${prefix}/${place.file}` : place.file } } : one;
  });
  return { ...outcome, findings };
}
