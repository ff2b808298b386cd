/**
 * The checks of `strata check` that are no command of their own: the files against the lock file, and the generated types
 * against what the migrations give on an empty database, whatever the live one holds.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Finding, finding, type Outcome, outcome } from '../base/finding.ts';
import { compareLockFile, LOCK_FILE, readLockFile } from '../migrate/lockfile.ts';
import type { ReplayFailure } from '../migrate/replay.ts';
import type { Context } from './command.ts';
import { loadProject } from './project.ts';
import { compiledFiles, NotReplayed, replayUp } from './replayed.ts';
import { withScratchSession } from './scratch.ts';
import { run as types } from './types.ts';

/** Without a database: what git holds must agree with itself. */
export function verifyFiles(context: Context): Outcome<{ readonly files: number; readonly locked: number }> {
  const { config } = context;
  const project = loadProject(context);
  const locked = readLockFile(config.root);
  // Not yet locked is a note on a developer's machine, where the next run locks it; what is committed must be locked.
  const differences = locked ? compareLockFile(locked, project.files) : [];
  const findings = [
    ...project.findings,
    ...differences.map((one): Finding => ({ hint: LOCK_HINT, ...one, level: 'error' })),
  ];
  const data = { files: project.files.length, locked: locked?.size ?? 0 };
  return outcome(data, [], locked ? findings : [...findings, unlocked()]);
}

const LOCK_HINT = `Undo the change, or accept it: strata repair --lock-file, and commit ${LOCK_FILE}.`;

function unlocked(): Finding {
  return finding({
    code: 'check/no-lock-file',
    level: 'note',
    subject: LOCK_FILE,
    message: `there is no ${LOCK_FILE}: the files were compared with nothing`,
    hint: 'strata up writes it; commit it.',
  });
}

/** `strata types --check` against a scratch database on which every migration has run. */
export async function typesOfMigrations(context: Context): Promise<Outcome> {
  try {
    return await withScratchSession(context, async (session) => {
      const project = loadProject(context);
      await replayUp(context, session, project, await compiledFiles(project, project.files));
      const config = { ...context.config, target: session.target };
      return types({ ...context, config }, { args: [], check: true });
    });
  } catch (thrown) {
    if (!(thrown instanceof NotReplayed)) throw thrown;
    return outcome({}, [], [notReplayed(context, thrown.failure)]);
  }
}

function notReplayed({ config }: Context, { message, place }: ReplayFailure): Finding {
  return finding({
    code: 'check/not-replayed',
    level: 'error',
    subject: config.types.out,
    message: `the types were not compared, for the migrations do not run on an empty database: ${message}`,
    hint: existsSync(join(config.root, place.file)) ? 'Mend the migration first: strata cycle' : 'See strata cycle.',
    place,
  });
}

/** What has not been told already: several checks may see the same fault. */
export function unless(told: readonly Finding[], found: readonly Finding[]): readonly Finding[] {
  const known = new Set(told.map(({ fingerprint }) => fingerprint));
  return found.filter(({ fingerprint }) => !known.has(fingerprint));
}
