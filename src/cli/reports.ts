/**
 * Reports beside the one on stdout: files asked for with --report, and the summary of a GitHub Actions job. One run can
 * so be a log for people, marks at lines, and files for whatever reads them.
 */
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, isAbsolute, relative, resolve } from 'node:path';
import { messageOf, ToolError } from '../base/errors.ts';
import { render } from '../report/render.ts';
import { FORMATS, type Format, type Report } from '../report/report.ts';
import { rooted } from '../report/rooted.ts';

/** The project folder, and the environment that may say where in a repository it lies. */
export interface Where {
  readonly root: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface ReportFile {
  readonly format: Format;
  readonly file: string;
}

/** `sarif=strata.sarif`. Throws USAGE for anything else, before the command runs. */
export function reportFiles(given: readonly string[] = []): readonly ReportFile[] {
  return given.map((text) => {
    const [, name = '', file = ''] = /^([^=]*)=(.*)$/s.exec(text) ?? [];
    const format = FORMATS.find((one) => one === name);
    if (format && file !== '') return { format, file };
    throw new ToolError('USAGE', `--report cannot be "${text}"`, {
      hint: `Write format=file, for example: --report sarif=strata.sarif. Formats: ${FORMATS.join(', ')}.`,
    });
  });
}

/** Formats whose readers look from the repository; true: they want a file of every finding. */
const OF_REPOSITORY: ReadonlyMap<Format, boolean> = new Map([
  ['sarif', true],
  ['gitlab', true],
  ['github', false],
]);

/** The report as a format wants it. */
export function placed(report: Report, format: Format, where: Where): Report {
  const everywhere = OF_REPOSITORY.get(format);
  return everywhere === undefined ? report : inRepository(report, where, everywhere);
}

/** GitHub and GitLab say where the repository is; elsewhere the project folder is taken for it. */
function inRepository(report: Report, { root, env }: Where, everywhere: boolean): Report {
  const repository = env.GITHUB_WORKSPACE || env.CI_PROJECT_DIR;
  const path = repository ? relative(repository, root).replaceAll('\\', '/') : '';
  const prefix = path.startsWith('..') || isAbsolute(path) ? '' : path;
  return { ...report, outcome: rooted(report.outcome, { prefix, everywhere }) };
}

/** Throws REPORT_UNWRITTEN: who asked for a file must not go on without it. */
export async function writeReportFiles(report: Report, files: readonly ReportFile[], where: Where): Promise<void> {
  for (const { format, file } of files) {
    const text = await render(format, placed(report, format, where), { color: false });
    try {
      mkdirSync(dirname(resolve(file)), { recursive: true });
      writeFileSync(file, text);
    } catch (thrown) {
      throw new ToolError('REPORT_UNWRITTEN', `the report ${file} cannot be written`, {
        detail: messageOf(thrown),
        hint: `Give --report a file in a folder that this user may write to. What it would hold: --format ${format}`,
        cause: thrown,
      });
    }
  }
}

/** Adds to the job's summary where GitHub Actions offers one. Gives what went wrong: a warning, nobody asked for the file. */
export async function writeJobSummary(report: Report, where: Where): Promise<string | null> {
  const { env } = where;
  const file = env.GITHUB_STEP_SUMMARY;
  if (!file) return null;
  const { markdownReport } = await import('../report/markdown.ts');
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_SHA: sha } = env;
  const files = server && repository && sha ? `${server}/${repository}/blob/${sha}` : null;
  try {
    appendFileSync(file, `${markdownReport(inRepository(report, where, false), { files })}\n`);
    return null;
  } catch (thrown) {
    return `the job summary was not written: ${messageOf(thrown)}`;
  }
}
