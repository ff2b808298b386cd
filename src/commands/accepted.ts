/** Findings that `lint.ignore` accepts: `FINGERPRINT: REASON`. What gives no reason is told, and so is what accepts nothing. */
import { type Finding, finding } from '../base/finding.ts';
import type { Config } from '../config/schema.ts';

export function acceptedOf({ lint }: Config): ReadonlySet<string> {
  return new Set(lint.ignore.map((entry) => partsOf(entry).fingerprint));
}

/** `found`: fingerprints of all that there is to accept, when every migration was judged; null when only some were. */
export function ignoreFindings({ lint }: Config, found: ReadonlySet<string> | null): readonly Finding[] {
  return lint.ignore.flatMap((entry) => {
    const { fingerprint, reason } = partsOf(entry);
    const about = { subject: fingerprint, key: fingerprint } as const;
    const unreasoned = finding({
      ...about,
      code: 'lint/ignore-unreasoned',
      level: 'warning',
      message: `lint.ignore accepts ${fingerprint} and does not say why`,
      hint: `Write why: "${fingerprint}: REASON"`,
    });
    const unused = finding({
      ...about,
      code: 'lint/ignore-unused',
      level: 'note',
      message: `no migration needs ${fingerprint} of lint.ignore`,
      hint: 'Unless it stands there for strata drift, take it away: it would hide the next fault.',
    });
    return [...(reason === '' ? [unreasoned] : []), ...(found && !found.has(fingerprint) ? [unused] : [])];
  });
}

function partsOf(entry: string): { readonly fingerprint: string; readonly reason: string } {
  const [fingerprint = '', ...reason] = entry.split(':');
  return { fingerprint: fingerprint.trim(), reason: reason.join(':').trim() };
}
