/** One run: configuration, command, report. Gives the exit status; main.ts leaves with it. */
import { resolve } from 'node:path';
import { EXIT, ToolError } from '../base/errors.ts';
import type { Outcome } from '../base/finding.ts';
import { VERSION } from '../base/version.ts';
import { run } from '../commands/call.ts';
import { render } from '../report/render.ts';
import type { Format, Report } from '../report/report.ts';
import { type Failure, failureOf, failureReport, failureText } from './failure.ts';
import { type Observer, observe } from './observer.ts';
import type { Globals, Invocation } from './program.ts';
import { placed, type ReportFile, reportFiles, writeJobSummary, writeReportFiles } from './reports.ts';
import type { Screen } from './screen.ts';

export interface Surroundings {
  readonly screen: Screen;
  readonly signal: AbortSignal;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** How and where one invocation is reported. */
export interface Reporting {
  readonly command: string;
  readonly format: Format;
  readonly verbose: boolean;
  readonly screen: Screen;
  /** The project folder, and the environment that says where in a repository it lies. */
  readonly root: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Never throws: whatever happens is reported in the format that was asked for, and in the files beside it. */
export async function runInvocation(invocation: Invocation, around: Surroundings): Promise<number> {
  const { globals } = invocation;
  const files = reportFiles(globals.report);
  const command = invocation.path.join(' ');
  const reporting: Reporting = {
    command,
    format: formatOf(globals),
    verbose: globals.verbose === true,
    screen: around.screen,
    root: resolve(globals.cwd ?? '.'),
    env: around.env,
  };
  const progress = observe(around.screen.err, { quiet: globals.quiet === true });
  try {
    const outcome = await callCommand(invocation, around, progress.emit);
    await progress.close();
    const report: Report = { version: VERSION, command, outcome };
    await print(report, reporting);
    const status = await beside(report, files, reporting);
    return outcome.ok ? status : EXIT.findings;
  } catch (thrown) {
    await progress.close();
    const failure = failureOf(thrown, { interrupted: around.signal.aborted });
    await reportFailure(failure, reporting);
    await beside(failureReport(failure, command), files, reporting);
    return failure.exit;
  }
}

/** What is meant for a pipe or a file (SQL, a Snapshot, a URL) stays whole on stdout: findings beside it go to stderr. */
async function print(report: Report, { format, screen, root, env }: Reporting): Promise<void> {
  const { color, width } = screen.out;
  const { outcome } = report;
  const data = format === 'table' && outcome.ok && isVerbatim(outcome) ? { ...outcome, findings: [] } : outcome;
  const shown = placed({ ...report, outcome: data }, format, { root, env });
  screen.out.write(await render(format, shown, { color, width }));
  if (data === outcome || outcome.findings.length === 0) return;
  const { findingsText } = await import('../report/table.ts');
  screen.err.write(findingsText(outcome.findings, { color: screen.err.color }));
}

function isVerbatim({ view }: Outcome): boolean {
  return view.length > 0 && view.every(({ kind }) => kind === 'verbatim');
}

/** Gives the exit status that the reports beside the printed one add: none, or that of one that could not be written. */
async function beside(report: Report, files: readonly ReportFile[], reporting: Reporting): Promise<number> {
  const { format, screen, verbose } = reporting;
  const lost = format === 'github' ? await writeJobSummary(report, reporting) : null;
  if (lost) screen.err.write(`${lost}\n`);
  try {
    await writeReportFiles(report, files, reporting);
    return EXIT.done;
  } catch (thrown) {
    const failure = failureOf(thrown, { interrupted: false });
    screen.err.write(failureText(failure, { color: screen.err.color, verbose }));
    return failure.exit;
  }
}

/** Words for people on stderr; for machines an object on stdout, and the words as well, which a log then shows. */
export async function reportFailure(failure: Failure, reporting: Reporting): Promise<void> {
  const { command, format, verbose, screen } = reporting;
  if (format !== 'table') {
    const report = placed(failureReport(failure, command), format, reporting);
    screen.out.write(await render(format, report, { color: false }));
  }
  screen.err.write(failureText(failure, { color: screen.err.color, verbose }));
}

export function formatOf(globals: Globals): Format {
  if (globals.json && globals.format && globals.format !== 'json') {
    throw new ToolError('USAGE', `--json and --format ${globals.format} contradict each other`, {
      hint: 'Give one of them.',
    });
  }
  return globals.json ? 'json' : ((globals.format ?? 'table') as Format);
}

function callCommand(invocation: Invocation, around: Surroundings, emit: Observer['emit']): Promise<Outcome> {
  const { globals, overrides, options, path } = invocation;
  const root = resolve(globals.cwd ?? '.');
  enter(root, globals.cwd);
  const { args, ...flags } = options;
  return run(path.join(' '), {
    cwd: root,
    env: around.env,
    databaseUrl: globals.databaseUrl,
    environment: globals.env,
    configFile: globals.config,
    config: overrides,
    args,
    flags,
    onEvent: emit,
    signal: around.signal,
  });
}

/** `--cwd` means what `cd` would: programs that we start and relative paths of the reader begin there. */
function enter(root: string, given: string | undefined): void {
  if (given === undefined) return;
  try {
    process.chdir(root);
  } catch (thrown) {
    throw new ToolError('USAGE', `the folder ${given} cannot be entered`, {
      hint: 'Check the path given with --cwd.',
      cause: thrown,
    });
  }
}
