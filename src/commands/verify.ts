/** `strata verify`: files against history, lock file against files, live catalog against the one recorded. Reads only. */
import { type Finding, finding, type Outcome, outcome } from '../base/finding.ts';
import type { History } from '../migrate/history.ts';
import { compareLockFile, readLockFile } from '../migrate/lockfile.ts';
import type { Session } from '../pg/pool.ts';
import type { Context, Options } from './command.ts';
import { withDatabase } from './database.ts';
import { loadHistory, loadProject, readLive, statuses } from './project.ts';
import { statusFindings } from './status.ts';

export async function run(context: Context, options: Options): Promise<Outcome> {
  const project = loadProject(context);
  return withDatabase(context, async (session) => {
    const history = await loadHistory(context, session, project);
    const states = await statuses(project, history);
    const locked = readLockFile(context.config.root);
    const files = [...states.flatMap(statusFindings), ...(locked ? compareLockFile(locked, project.files) : [])];
    const catalog = options.checksumsOnly === true ? null : await compareCatalog(context, session, history);
    const findings = [...project.findings, ...files, ...(catalog?.findings ?? [])];
    const checked = states.filter(({ applied }) => applied).length;
    const data = { checked, recorded: catalog?.recorded ?? null, live: catalog?.live ?? null };
    return outcome(data, [{ kind: 'text', text: summary(checked, findings, catalog), tone: 'strong' }], findings);
  });
}

interface Catalog {
  readonly recorded: string | null;
  readonly live: string | null;
  readonly findings: readonly Finding[];
}

/** The hash recorded by the last run that ended well is that of the whole catalog, so only the newest row counts. */
async function compareCatalog(context: Context, session: Session, { applied }: History): Promise<Catalog> {
  const last = applied.at(-1);
  const recorded = last?.snapshotHash ?? null;
  if (!last) return { recorded, live: null, findings: [] };
  if (recorded === null) {
    const input = {
      code: 'verify/catalog-unrecorded',
      level: 'note',
      subject: last.name,
      message: `no Snapshot was recorded with ${last.name}: the live catalog has nothing to be compared with`,
      hint: 'The next strata up, down or baseline that ends well records one.',
    } as const;
    return { recorded, live: null, findings: [finding(input)] };
  }
  const { snapshot, hash: live } = await readLive(context, session);
  const { catalogGaps } = await import('./catalog-gaps.ts');
  const gaps = await catalogGaps(context, session, snapshot);
  if (live === recorded) return { recorded, live, findings: gaps };
  const changed = finding({
    code: 'verify/catalog-changed',
    level: 'error',
    subject: session.target.database,
    message: `the catalog is not what ${last.name} left: something was changed outside the migrations`,
    hint: 'Write the change as a migration, or undo it; strata drift names the objects.',
    key: 'catalog',
  });
  return { recorded, live, findings: [changed, ...gaps] };
}

function summary(checked: number, findings: readonly Finding[], catalog: Catalog | null): string {
  const errors = findings.filter(({ level }) => level === 'error').length;
  if (errors > 0) return `${checked} applied migrations checked, ${errors} wrong`;
  const live = catalog?.live ? '; the catalog is as recorded' : '';
  return `${checked} applied migrations are as their files say${live}`;
}
