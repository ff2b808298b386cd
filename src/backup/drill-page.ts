/**
 * All drills as one page for a browser: `drills/index.html`. One file that asks nobody for anything: no scripts, no fonts, and a policy that forbids
 * them. Whatever a name or an error message holds is text in it. A report may be a newer strata's, so nothing is taken for granted.
 */
import { duration } from '../base/duration.ts';
import type { DrillPhase, DrillReport } from './drill-report.ts';

const STYLE = `
:root { color-scheme: light dark; --good: #1a7f37; --bad: #cf222e; --none: #9a6700; --line: #8884; --quiet: #656d76; }
@media (prefers-color-scheme: dark) { :root { --good: #3fb950; --bad: #f85149; --none: #d29922; --quiet: #9198a1; } }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 75rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; } dl { display: flex; flex-wrap: wrap; gap: 1rem 3rem; } dt { color: var(--quiet); } dd { margin: 0; font-size: 1.3rem; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; } .wide { overflow-x: auto; }
th, td { text-align: left; vertical-align: top; padding: .35rem .8rem .35rem 0; border-bottom: 1px solid var(--line); white-space: nowrap; }
td.told { white-space: pre-wrap; overflow-wrap: anywhere; min-width: 20rem; } td.number, th.number { text-align: right; }
.proved, .passed { color: var(--good); } .failed, .error { color: var(--bad); } .not_run, .skipped, .warning { color: var(--none); }
figure { margin: 1.5rem 0; } figcaption, small { color: var(--quiet); } svg { width: 100%; height: 6rem; display: block; }
rect.proved { fill: var(--good); } rect.failed { fill: var(--bad); } rect.not_run { fill: var(--none); }`;

/** Newest first. Pure. */
export function drillsPage(reports: readonly DrillReport[]): string {
  const body = reports.length === 0 ? '<p>No drills yet: <code>strata drill</code></p>' : filled(reports);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<title>Restore drills</title>
<style>${STYLE}
</style>
</head>
<body>
<h1>Restore drills</h1>
${body}
</body>
</html>
`;
}

function filled(reports: readonly DrillReport[]): string {
  const head = ['drilled', 'backup', 'database', 'result', 'RTO', 'RPO', 'rows', 'report', 'what was done and found'];
  const numbers = new Set(['RTO', 'RPO', 'rows']);
  const cells = head.map((name) => `<th${numbers.has(name) ? ' class="number"' : ''}>${name}</th>`).join('');
  return `${summary(reports)}
${chart(reports)}
<div class="wide"><table>
<thead><tr>${cells}</tr></thead>
<tbody>
${reports.map(row).join('\n')}
</tbody>
</table></div>`;
}

/** The newest proof, and how many drills of all did not prove anything. */
function summary(reports: readonly DrillReport[]): string {
  const proved = reports.filter(({ result }) => result === 'proved');
  const [newest] = proved;
  const facts: readonly (readonly [string, string])[] = [
    ['last proof', newest?.started_at ?? 'never'],
    ['RTO then', time(newest?.rto_ms)],
    ['RPO then', time(newest?.rpo_ms)],
    ['proved', `${proved.length} of ${reports.length}`],
  ];
  return `<dl>${facts.map(([name, value]) => `<div><dt>${name}</dt><dd>${escaped(value)}</dd></div>`).join('')}</dl>`;
}

const CHARTED = 60;

/** RTO of the last drills, oldest first; one that did not get there is a low bar in the colour of its result. */
function chart(reports: readonly DrillReport[]): string {
  const shown = reports.slice(0, CHARTED).reverse();
  const top = Math.max(1, ...shown.map(({ rto_ms }) => rto_ms ?? 0));
  const bars = shown.map(({ result, rto_ms, started_at }, at) => {
    const height = Math.max(2, (100 * (rto_ms ?? 0)) / top).toFixed(1);
    const title = `<title>${escaped(`${started_at}: ${words(result)}, RTO ${time(rto_ms)}`)}</title>`;
    const place = `x="${at * 10}" y="${(100 - Number(height)).toFixed(1)}" width="8" height="${height}"`;
    return `<rect class="${escaped(result)}" ${place}>${title}</rect>`;
  });
  return `<figure><svg viewBox="0 0 ${CHARTED * 10} 100" preserveAspectRatio="none" role="img" aria-label="RTO of each drill">${bars.join('')}</svg>
<figcaption>RTO of the last ${shown.length} drills, oldest first; the highest is ${time(top)}</figcaption></figure>`;
}

function row(report: DrillReport): string {
  const { id, backup, result, started_at } = report;
  const link = (ending: string, name: string): string =>
    `<a href="${escaped(encodeURIComponent(id))}.${ending}">${name}</a>`;
  const by = [report.user, report.host].filter(Boolean).join(' on ');
  const rows = backup?.rows === undefined ? '' : String(backup.rows);
  return `<tr><td>${escaped(started_at)}<br><small>${escaped(by)}</small></td>
<td>${escaped(report.backup_id)}</td><td>${escaped(backup?.database ?? '')}</td><td class="${escaped(result)}">${escaped(words(result))}</td>
<td class="number">${time(report.rto_ms)}</td><td class="number">${time(report.rpo_ms)}</td><td class="number">${escaped(rows)}</td>
<td>${link('md', 'page')} ${link('json', 'data')}</td><td class="told">${details(report)}</td></tr>`;
}

/** Findings are open, as nobody should have to look for them; what went well is not. */
function details({ phases, findings = [] }: DrillReport): string {
  const steps = phases.map(step).join('\n');
  const found = findings.map(
    ({ level, subject, message }) =>
      `<span class="${escaped(level)}">${escaped(`${level}: ${subject}: ${message}`)}</span>`,
  );
  return [`<details><summary>${phases.length} steps</summary>${steps}</details>`, ...found].join('\n');
}

function step({ name, result, ms, text }: DrillPhase): string {
  return `${escaped(name)} <span class="${escaped(result)}">${escaped(words(result))}</span> ${ms === null ? '' : time(ms)} ${escaped(text)}`;
}

function time(ms: number | null | undefined): string {
  return typeof ms === 'number' ? duration(ms) : '';
}

function words(result: string): string {
  return result.replace('_', ' ');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: unknown): string {
  return String(text ?? '').replace(/[&<>"']/g, (mark) => ENTITIES[mark] ?? '');
}
