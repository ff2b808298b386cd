/** Outcome to the one JSON object of `--json`. Its shape is a contract: docs/formats.md. */
import type { Finding } from '../base/finding.ts';
import { maskSecrets } from '../base/mask.ts';
import type { Report } from './report.ts';

export function jsonReport({ version, command, outcome, error }: Report): string {
  const object = {
    strata: version,
    command,
    ok: outcome.ok,
    findings: outcome.findings.map(maskedFinding),
    data: outcome.data ?? null,
    ...(error ? { error } : {}),
  };
  // Whole numbers beyond 2^53 come as bigint: as text, so that no reader rounds them.
  const text = JSON.stringify(object, (_key, value: unknown) => (typeof value === 'bigint' ? value.toString() : value));
  return `${text}\n`;
}

function maskedFinding(one: Finding): Finding {
  const hint = one.hint === undefined ? {} : { hint: maskSecrets(one.hint) };
  return { ...one, message: maskSecrets(one.message), ...hint };
}
