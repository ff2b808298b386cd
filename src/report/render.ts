/** The choice of a reporter by `--format`. Each is loaded only when it is asked for. */
import type { Format, Report } from './report.ts';
import type { TableStyle } from './table.ts';

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
    case 'gitlab':
      return (await import('./gitlab.ts')).gitlabReport(report);
  }
}
