/**
 * A drill under way, as its report will tell it: its phases begin as "not run", so that whatever ends it leaves the whole story;
 * and a report is written whatever ends it.
 */
import { hostname, userInfo } from 'node:os';
import { ToolError } from '../base/errors.ts';
import type { Finding } from '../base/finding.ts';
import type { Runtime } from '../base/runtime.ts';
import { VERSION } from '../base/version.ts';
import { newId } from '../disk/store.ts';
import { faultOf, notRun, type PhaseEnd } from './drill-fault.ts';
import type { DrillPhase, DrillReport, PhaseName } from './drill-report.ts';
import { prepareDrills, writeDrill } from './drill-store.ts';

/** Smoke scripts must not hang on a lock: nobody else is there to let it go. */
export const SMOKE_SETUP = "SET lock_timeout = '10s'; SET statement_timeout = '10min'";

export interface Drilled {
  readonly report: DrillReport;
  /** Path of the report, JSON; the page beside it ends in `.md`. */
  readonly path: string;
}

export interface Drill {
  /** Finds faults of what is drilled; throws what kept this machine from it. */
  readonly work: () => Promise<void>;
  readonly record: DrillRecord;
  /** What the report says besides what the record knows. */
  readonly about: () => AboutDrill;
}

export interface AboutDrill extends Pick<DrillReport, 'backup' | 'backup_id' | 'rto_ms' | 'rpo_ms'> {
  /** Besides those of the phases. Default: none. */
  readonly findings?: readonly Finding[];
}

/**
 * Carries a drill out; its report lies below `dir` whatever ends it. Throws DRILL_REPORT, and what kept this machine from the
 * drill. `what`: `backup` or `archive`, as people call what is drilled.
 */
export async function carryOut(drill: Drill, dir: string, what: string, runtime: Runtime): Promise<Drilled> {
  await prepareDrills(dir);
  const { record } = drill;
  try {
    await drill.work();
  } catch (thrown) {
    await writeDrill(dir, record.report(drill.about(), thrown)).catch(() => undefined);
    if (!runtime.signal.aborted) throw thrown;
    const detail = `its server is removed; the ${what} is untouched`;
    throw new ToolError('BACKUP_INTERRUPTED', 'the drill was interrupted', { detail, cause: thrown });
  }
  const report = record.report(drill.about());
  return { report, path: await writeDrill(dir, report) };
}

export class DrillRecord {
  readonly findings: Finding[] = [];
  readonly startedAt: Date;
  /** Version of the scratch server. */
  server: string | null = null;
  private readonly runtime: Runtime;
  private readonly phases: Map<PhaseName, DrillPhase>;

  constructor(phases: readonly PhaseName[], runtime: Runtime) {
    this.runtime = runtime;
    this.startedAt = runtime.now();
    this.phases = new Map(phases.map((name) => [name, { name, result: 'not_run', ms: null, text: '' }]));
  }

  /** Runs one phase; false when what is drilled failed in it. Gives up on what is no fault of it. `id`: of the backup. */
  async phase(name: PhaseName, id: string, work: () => Promise<PhaseEnd>): Promise<boolean> {
    this.runtime.signal.throwIfAborted();
    const start = this.runtime.ticks();
    return this.ended(name, start, await work().catch((thrown: unknown) => faultOf(thrown, id, name)));
  }

  /** Notes how a phase ended that began at `start` of the runtime's ticks; false when it failed. */
  ended(name: PhaseName, start: number, end: PhaseEnd): boolean {
    this.findings.push(...end.findings);
    const failed = end.findings.some(isError);
    const result = failed ? 'failed' : end.skipped ? 'skipped' : 'passed';
    this.phases.set(name, { name, result, ms: Math.round(this.runtime.ticks() - start), text: end.text });
    return !failed;
  }

  /** Milliseconds that a phase took, if it passed. */
  took(name: PhaseName): number | null {
    const phase = this.phases.get(name);
    return phase?.result === 'passed' ? phase.ms : null;
  }

  /** `error`: what kept this machine from the drill. */
  report({ findings: more = [], ...about }: AboutDrill, error?: unknown): DrillReport {
    const { startedAt, runtime } = this;
    const left = error === undefined ? [] : [notRun(about.backup_id, error)];
    return {
      strata_drill: 1,
      id: newId(startedAt, runtime.random),
      tool: `strata-pg ${VERSION}`,
      host: hostname(),
      user: userInfo().username,
      started_at: startedAt.toISOString(),
      finished_at: runtime.now().toISOString(),
      result: error !== undefined ? 'not_run' : this.findings.some(isError) ? 'failed' : 'proved',
      backup: about.backup,
      backup_id: about.backup_id,
      server: this.server,
      rto_ms: about.rto_ms,
      rpo_ms: about.rpo_ms,
      phases: [...this.phases.values()],
      findings: [...this.findings, ...more, ...left],
    };
  }
}

function isError({ level }: Finding): boolean {
  return level === 'error';
}
