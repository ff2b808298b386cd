/** Outcome to GitLab's Code Quality report: a JSON list that merge requests show beside the changed lines. */
import type { Finding, Level } from '../base/finding.ts';
import { maskSecrets } from '../base/mask.ts';
import type { Report } from './report.ts';

/** GitLab takes each fingerprint once, so equal findings are one. */
export function gitlabReport({ outcome }: Report): string {
  const once = new Map(outcome.findings.map((one) => [one.fingerprint, one]));
  return `${JSON.stringify([...once.values()].map(issueOf), null, 2)}\n`;
}

const SEVERITY: Readonly<Record<Level, string>> = { error: 'critical', warning: 'minor', note: 'info' };

function issueOf({ code, level, subject, message, hint, place, fingerprint }: Finding): object {
  const { file = '.', line = 1 } = place ?? {};
  return {
    check_name: code,
    description: maskSecrets([`${subject}: ${message}`, hint ?? ''].filter(Boolean).join('\n')),
    severity: SEVERITY[level],
    fingerprint,
    location: { path: file, lines: { begin: line } },
  };
}
