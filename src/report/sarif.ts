/** Outcome to SARIF 2.1.0, which code hosts show beside the lines of a pull request. */
import type { Finding } from '../base/finding.ts';
import { maskSecrets } from '../base/mask.ts';
import type { Report } from './report.ts';

export function sarifReport({ version, outcome }: Report): string {
  const codes = [...new Set(outcome.findings.map((one) => one.code))].sort();
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'strata', semanticVersion: version, rules: codes.map((id) => ({ id })) } },
        columnKind: 'utf16CodeUnits',
        results: outcome.findings.map((one) => resultOf(one, codes.indexOf(one.code))),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function resultOf(one: Finding, ruleIndex: number): object {
  const text = maskSecrets(one.hint ? `${one.subject}: ${one.message}\n${one.hint}` : `${one.subject}: ${one.message}`);
  const logical = { logicalLocations: [{ fullyQualifiedName: one.subject }] };
  return {
    ruleId: one.code,
    ruleIndex,
    level: one.level,
    message: { text },
    locations: [one.place ? { ...physical(one.place), ...logical } : logical],
    partialFingerprints: { 'strata/v1': one.fingerprint },
  };
}

function physical({ file, line, column }: NonNullable<Finding['place']>): object {
  const uri = file.split(/[\\/]/).map(encodeURIComponent).join('/');
  return { physicalLocation: { artifactLocation: { uri }, region: { startLine: line, startColumn: column } } };
}
