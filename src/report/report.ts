/** What a reporter gets. */
import type { Outcome } from '../base/finding.ts';

export const FORMATS = ['table', 'json', 'junit', 'sarif', 'github', 'gitlab'] as const;

export type Format = (typeof FORMATS)[number];

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
