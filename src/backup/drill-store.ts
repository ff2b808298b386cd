/**
 * Reports of drills: `drills/<id>.json` and `.md` beside the backups, and `drills/README.md` and `index.html` with all of them. Outside
 * the database, because a restore that wipes the record of itself proves nothing.
 */
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { byCode } from '../base/canonical.ts';
import { messageOf, ToolError } from '../base/errors.ts';
import { type Finding, finding } from '../base/finding.ts';
import { syncFolder, writeDurably } from '../disk/durable.ts';
import { drillsPage } from './drill-page.ts';
import { type DrillReport, historyPage, reportPage } from './drill-report.ts';

const FOLDER = 'drills';
/** All drills, for a browser. */
const DRILLS_PAGE = 'index.html';
const DRAFT = '.partial';
/** A draft this old belongs to a killed run: writing one takes milliseconds. */
const STALE_AFTER = 3_600_000;

export interface DrillHistory {
  /** Newest first. */
  readonly reports: readonly DrillReport[];
  /** Warnings about files that are no reports. */
  readonly findings: readonly Finding[];
}

/** Makes the folder and clears what killed runs left. Throws DRILL_REPORT before any work is done. */
export async function prepareDrills(dir: string): Promise<void> {
  await reporting(dir, async (folder) => {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    for (const name of (await readdir(folder)).filter((file) => file.endsWith(DRAFT))) {
      const path = join(folder, name);
      const { mtimeMs } = await stat(path);
      if (Date.now() - mtimeMs > STALE_AFTER) await rm(path, { force: true });
    }
  });
}

/** Writes a report, its page, and the pages of all. Gives the path of the report. Throws DRILL_REPORT. */
export async function writeDrill(dir: string, report: DrillReport): Promise<string> {
  return await reporting(dir, async (folder) => {
    const path = await place(folder, `${report.id}.json`, `${JSON.stringify(report, null, 2)}\n`);
    await place(folder, `${report.id}.md`, reportPage(report));
    const { reports } = await readDrills(dir);
    await place(folder, 'README.md', historyPage(reports));
    await place(folder, DRILLS_PAGE, drillsPage(reports));
    await syncFolder(folder);
    return path;
  });
}

/** Path of the page of all drills; it is there from the first drill on. */
export function drillsPagePath(dir: string): string {
  return join(dir, FOLDER, DRILLS_PAGE);
}

/** Every report at hand; a folder that does not exist holds none. */
export async function readDrills(dir: string): Promise<DrillHistory> {
  const folder = join(dir, FOLDER);
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.json')).sort(byCode);
  const reports: DrillReport[] = [];
  const findings: Finding[] = [];
  for (const name of names.reverse()) {
    const report = parse(await readFile(join(folder, name), 'utf8').catch(() => ''));
    if (report?.id === name.slice(0, -'.json'.length)) reports.push(report);
    else findings.push(unreadable(join(folder, name)));
  }
  // Ids of older versions tell the second only, and two drills may fit into one.
  reports.sort((a, b) => byCode(b.started_at, a.started_at));
  return { reports, findings };
}

/** Ids of the backups whose last drill, of those that said something, failed. */
export async function failedDrills(dir: string): Promise<ReadonlySet<string>> {
  const last = new Map<string, string>();
  // Newest first.
  for (const { backup_id, result } of (await readDrills(dir)).reports) {
    if (result !== 'not_run' && !last.has(backup_id)) last.set(backup_id, result);
  }
  return new Set([...last].filter(([, result]) => result === 'failed').map(([id]) => id));
}

async function reporting<T>(dir: string, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = join(dir, FOLDER);
  try {
    return await work(folder);
  } catch (thrown) {
    throw new ToolError('DRILL_REPORT', `the report of a drill cannot be written: ${messageOf(thrown)}`, {
      detail: `folder: ${folder}`,
      hint: `Make ${folder} a folder that this user may write to: a drill that leaves no report proves nothing later.`,
      cause: thrown,
    });
  }
}

async function place(folder: string, name: string, text: string): Promise<string> {
  const path = join(folder, name);
  const draft = `${path}.${process.pid}${DRAFT}`;
  await rm(draft, { force: true });
  await writeDurably(draft, text);
  await rename(draft, path);
  return path;
}

/** What is used of a report must be there; the rest may be a newer strata's. */
function parse(text: string): DrillReport | null {
  try {
    const value = JSON.parse(text) as Partial<DrillReport> | null;
    const texts = [value?.id, value?.started_at, value?.backup_id, value?.result];
    const whole = value?.strata_drill === 1 && texts.every((one) => typeof one === 'string');
    return whole && Array.isArray(value.phases) ? (value as DrillReport) : null;
  } catch {
    return null;
  }
}

function unreadable(path: string): Finding {
  return finding({
    code: 'drill/unreadable',
    level: 'warning',
    subject: path,
    message: 'this file is no report of a drill, or it was changed',
  });
}
