/**
 * Outcome to the workflow commands with which GitHub Actions marks lines of a pull request, and what was judged for the
 * log. The job summary is markdown.ts.
 */
import type { Finding, Level, Outcome } from '../base/finding.ts';
import { maskSecrets } from '../base/mask.ts';
import type { Report } from './report.ts';
import { viewText } from './table.ts';

export function githubReport({ command, outcome }: Report): string {
  const errors = outcome.findings.filter((one) => one.level === 'error').length;
  const sum = `strata ${command}: ${outcome.findings.length} findings, ${errors} of them errors`;
  return `${outcome.findings.map((one) => `${annotation(one)}\n`).join('')}${log(outcome)}${sum}\n`;
}

/** A line of the log that begins with two colons would be a command. */
function log({ view }: Outcome): string {
  return viewText(view, { color: false }).replace(/^(\s*):(?=:)/gm, '$1.:');
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
