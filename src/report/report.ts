/** What a reporter gets, and the choice of one by `--format`. Each is loaded only when it is asked for. */
import type { Outcome } from '../base/finding.ts';
import type { TableStyle } from './table.ts';

export type Format = 'table' | 'json' | 'junit' | 'sarif' | 'github';

export interface Report {
  readonly version: string;
  /** The words of the command: `backup create`. */
  readonly command: string;
  readonly outcome: Outcome;
  /** Set when the command could not finish; for `--json`. */
  readonly error?: ReportedError;
}

export interface ReportedError {
  readonly code: string;
  readonly message: string;
  readonly detail?: string;
  readonly hint?: string;
  /** Exit status of the process. */
  readonly exit: number;
}

/** The text for stdout, with its last line feed. */
export async function render(format: Format, report: Report, style: TableStyle): Promise<string> {
  switch (format) {
    case 'table':
      return (await import('./table.ts')).tableReport(report.outcome, style);
    case 'json':
      return (await import('./json.ts')).jsonReport(report);
    case 'junit':
      return (await import('./junit.ts')).junitReport(report);
    case 'sarif':
      return (await import('./sarif.ts')).sarifReport(report);
    case 'github':
      return (await import('./github.ts')).githubReport(report);
  }
}
