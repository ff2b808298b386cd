/** Who is to blame when a drill does not pass: the backup, or the machine that it ran on. */
import { type Code, messageOf, ToolError } from '../base/errors.ts';
import { type Finding, finding } from '../base/finding.ts';
import type { PhaseName } from './drill-report.ts';
import { blamesMachine } from './server-trouble.ts';

/** How a phase of a drill ended. */
export interface PhaseEnd {
  readonly text: string;
  readonly findings: readonly Finding[];
  readonly skipped?: boolean;
}

/** Errors that the backup or archive, or the database in it, is to blame for. */
const AT_FAULT: readonly Code[] = [
  'AUDIT_FAILED',
  'BACKUP_DAMAGED',
  'ERASURE_FAILED',
  'RECOVERY_FAILED',
  'RECOVERY_TARGET_OUTSIDE',
  'RESTORE_FAILED',
  'RESTORE_MISMATCH',
  'RESTORE_ROLE_MISSING',
  'SMOKE_FAILED',
];

/** Of these, what this machine may be to blame for. */
const ON_SERVER: readonly Code[] = ['AUDIT_FAILED', 'ERASURE_FAILED', 'RESTORE_FAILED', 'SMOKE_FAILED'];

/** The end of a phase that the backup failed. Throws again what this machine is to blame for. */
export function faultOf(thrown: unknown, id: string, phase: PhaseName): PhaseEnd {
  if (!(thrown instanceof ToolError) || !AT_FAULT.includes(thrown.code)) throw thrown;
  const { detail, hint, findings } = thrown.more;
  if (ON_SERVER.includes(thrown.code) && blamesMachine(`${thrown.message}\n${detail ?? ''}`)) throw thrown;
  const lines = [thrown.message, detail].filter(Boolean).join('\n');
  const main = finding({
    code: `drill/${phase}`,
    level: 'error',
    subject: id,
    message: lines,
    ...(hint === undefined ? {} : { hint }),
  });
  return { text: thrown.message, findings: [main, ...(findings ?? [])] };
}

/** A break in the chain of the audit log. */
export function auditFinding(id: string, fault: string): Finding {
  return finding({ code: 'drill/audit', level: 'error', subject: id, message: `the audit log is not whole: ${fault}` });
}

/** `age`: of what the backup shows, in milliseconds. */
export function clockFindings(id: string, age: number | null): readonly Finding[] {
  if (age === null || age >= 0) return [];
  const message = `the backup shows a moment ${Math.round(-age / 1000)} s ahead of this machine's clock: its age is not known`;
  return [finding({ code: 'drill/clock', level: 'warning', subject: id, message })];
}

/** What kept a drill from being carried out. */
export function notRun(id: string, error: unknown): Finding {
  return finding({ code: 'drill/not-run', level: 'error', subject: id, message: messageOf(error) });
}
