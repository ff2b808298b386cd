/** What stopped a command, in words: ToolErrors as they are, the server's errors with their fields, the rest as bugs. */
import { EXIT, type Exit, messageOf, ToolError } from '../base/errors.ts';
import { type Finding, finding } from '../base/finding.ts';
import { maskSecrets } from '../base/mask.ts';
import { VERSION } from '../base/version.ts';
import { ServerError } from '../pg/server-error.ts';
import { paint } from '../report/paint.ts';
import type { Report, ReportedError } from '../report/report.ts';
import { findingsText } from '../report/table.ts';

/** The status of a process that Ctrl-C ended, as shells report it: 128 + SIGINT. */
export const INTERRUPTED = 130;

export interface Failure {
  readonly exit: Exit | typeof INTERRUPTED;
  readonly code: string;
  readonly message: string;
  readonly detail: string | undefined;
  readonly hint: string | undefined;
  readonly findings: readonly Finding[];
  readonly data: unknown;
  readonly thrown: unknown;
}

/** Never throws. `interrupted`: Ctrl-C came before, so that an error without a meaning of its own is its consequence. */
export function failureOf(thrown: unknown, { interrupted }: { readonly interrupted: boolean }): Failure {
  const none = { findings: [], data: null, thrown };
  if (thrown instanceof ToolError && thrown.code !== 'BUG') {
    const { detail, hint, findings = [], data = null } = thrown.more;
    return { ...none, exit: thrown.exit, code: thrown.code, message: thrown.message, detail, hint, findings, data };
  }
  if (interrupted) {
    return {
      ...none,
      exit: INTERRUPTED,
      code: 'INTERRUPTED',
      message: 'interrupted',
      detail: undefined,
      hint: undefined,
    };
  }
  if (thrown instanceof ServerError) {
    const { sqlstate, detail, hint, where } = thrown.fields;
    const facts = [`SQLSTATE ${sqlstate}`, detail, where].filter(Boolean).join('\n');
    return { ...none, exit: EXIT.failed, code: 'QUERY_FAILED', message: thrown.message, detail: facts, hint };
  }
  return {
    ...none,
    exit: EXIT.bug,
    code: 'BUG',
    message: `a bug in strata: ${messageOf(thrown)}`,
    ...bugReport(thrown),
  };
}

function bugReport(thrown: unknown): Pick<Failure, 'detail' | 'hint'> {
  const stack = thrown instanceof Error ? (thrown.stack ?? '') : '';
  const { version, platform, arch } = process;
  return {
    detail: `strata ${VERSION}, node ${version}, ${platform} ${arch}\n${stack}`,
    hint: 'Please report it with the text above, and what you ran: https://github.com/strata-pg/strata/issues/new',
  };
}

/** For stderr. */
export function failureText(failure: Failure, options: { readonly color: boolean; readonly verbose: boolean }): string {
  const { color, verbose } = options;
  const brush = paint(color);
  const lines = [`${brush.tone('bad', 'error:')} ${brush.strong(failure.message)} ${brush.quiet(`[${failure.code}]`)}`];
  if (failure.detail) lines.push(failure.detail.replace(/^(?=.)/gm, '  '));
  if (failure.findings.length > 0) lines.push(findingsText(failure.findings, { color }).trimEnd());
  if (failure.hint) lines.push(`${brush.accent('hint:')} ${failure.hint}`);
  if (verbose) lines.push(...causes(failure.thrown).map((text) => brush.quiet(text)));
  return `${maskSecrets(lines.join('\n'))}\n`;
}

function causes(thrown: unknown): readonly string[] {
  const out: string[] = [];
  let here = thrown;
  for (let depth = 0; here instanceof Error && depth < 8; depth += 1) {
    out.push(`${depth === 0 ? '' : 'caused by: '}${here.stack ?? here.message}`);
    here = here.cause;
  }
  return out;
}

/** For the machine formats: the failure as a finding beside its own, and as `error` of `--json`. */
export function failureReport(failure: Failure, command: string): Report {
  const { code, exit, data } = failure;
  const message = maskSecrets(failure.message);
  const detail = failure.detail === undefined ? {} : { detail: maskSecrets(failure.detail) };
  const hint = failure.hint === undefined ? {} : { hint: maskSecrets(failure.hint) };
  const error: ReportedError = { code, message, ...detail, ...hint, exit };
  const itself = finding({ code: `error/${code}`, level: 'error', subject: command || 'strata', message, ...hint });
  const findings = failure.findings.length > 0 ? failure.findings : [itself];
  return { version: VERSION, command, outcome: { ok: false, findings, data, view: [] }, error };
}
