/** Outcome to JUnit XML: each finding is a test case; warnings and notes pass with their text as output. */
import type { Finding } from '../base/finding.ts';
import { maskSecrets } from '../base/mask.ts';
import type { Report } from './report.ts';

export function junitReport({ command, outcome }: Report): string {
  const cases = outcome.findings.length > 0 ? outcome.findings.map(caseText) : [passed(command)];
  const failures = outcome.findings.filter((one) => one.level === 'error').length;
  const counts = `tests="${cases.length}" failures="${failures}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="strata" ${counts}>`,
    `  <testsuite name="${xml(`strata ${command}`)}" ${counts} errors="0" skipped="0">`,
    ...cases,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function passed(command: string): string {
  return `    <testcase classname="strata" name="${xml(command)}"/>`;
}

function caseText(one: Finding): string {
  const where = one.place ? ` file="${xml(one.place.file)}" line="${one.place.line}"` : '';
  const open = `    <testcase classname="${xml(one.code)}" name="${xml(one.subject)}"${where}>`;
  const at = one.place ? `${one.place.file}:${one.place.line}:${one.place.column}` : '';
  const body = xml(maskSecrets([one.message, at, one.hint ?? ''].filter(Boolean).join('\n')));
  const inner =
    one.level === 'error'
      ? `<failure type="${xml(one.code)}" message="${xml(maskSecrets(one.message))}">${body}</failure>`
      : `<system-out>${one.level}: ${body}</system-out>`;
  return `${open}\n      ${inner}\n    </testcase>`;
}

/** Escapes, and drops the characters that XML 1.0 cannot hold at all. */
function xml(text: string): string {
  return text
    .replace(
      /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g,
      '\ufffd',
    )
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;');
}
