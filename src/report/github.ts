/** Outcome to the workflow commands with which GitHub Actions marks lines of a pull request. */
import type { Finding, Level } from '../base/finding.ts';
import { maskSecrets } from '../base/mask.ts';
import type { Report } from './report.ts';

export function githubReport({ command, outcome }: Report): string {
  const errors = outcome.findings.filter((one) => one.level === 'error').length;
  const sum = `strata ${command}: ${outcome.findings.length} findings, ${errors} of them errors`;
  return [...outcome.findings.map(annotation), sum, ''].join('\n');
}

const COMMANDS: Readonly<Record<Level, string>> = { error: 'error', warning: 'warning', note: 'notice' };

function annotation(one: Finding): string {
  const { file, line, column } = one.place ?? {};
  const where = file === undefined ? [] : [`file=${property(file)}`, `line=${line}`, `col=${column}`];
  const parts = [...where, `title=${property(one.code)}`].join(',');
  const body = maskSecrets([`${one.subject}: ${one.message}`, one.hint ?? ''].filter(Boolean).join('\n'));
  return `::${COMMANDS[one.level]} ${parts}::${data(body)}`;
}

function data(text: string): string {
  return text.replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A');
}

function property(text: string): string {
  return data(text).replace(/:/g, '%3A').replace(/,/g, '%2C');
}
