/** What `lint --fix` writes: changed and added files all together or not at all, and the lock file after them. */
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { messageOf, ToolError } from '../base/errors.ts';
import { sqlCall } from '../lint/edit.ts';
import type { Fixes, FollowUp } from '../lint/fix.ts';
import type { Subject } from '../lint/subject.ts';
import { readLockFile, writeLockFile } from '../migrate/lockfile.ts';
import { newMigration } from '../migrate/template.ts';
import type { Context } from './command.ts';
import type { Project } from './project.ts';

export interface Write {
  readonly file: string;
  /** Null: a new file. */
  readonly before: string | null;
  readonly after: string;
}

/** `subjects`: as they are, whatever was taken apart in them. */
export function writesOf(
  { config, runtime }: Context,
  { files }: Project,
  { fixes }: Fixes,
  subjects: readonly Subject[],
): readonly Write[] {
  const sources = new Map(subjects.flatMap((one) => [...one.sources]));
  const writes: Write[] = fixes.flatMap(({ texts }) =>
    [...texts].map(([file, after]) => ({ file, before: sources.get(file) ?? '', after })),
  );
  const known = [...files];
  for (const followUp of fixes.flatMap((one) => one.followUps)) {
    const bodies = bodiesOf(followUp);
    const { version, fileName, text } = newMigration({
      files: known,
      words: followUp.words,
      now: runtime.now(),
      bodies,
    });
    writes.push({ file: `${config.migrations}/${fileName}`, before: null, after: text });
    const last = known.at(-1);
    if (last) known.push({ ...last, version, file: `${config.migrations}/${fileName}` });
  }
  return writes;
}

function bodiesOf({ alone, up, down }: FollowUp) {
  return (language: 'sql' | 'script'): readonly [readonly string[], readonly string[]] => {
    const lines = (statements: readonly string[]): readonly string[] => {
      const marker = language === 'sql' ? '-- strata: no-transaction' : 'pgm.noTransaction();';
      const texts = statements.map((sql) => (language === 'sql' ? `${sql};` : sqlCall('pgm', sql)));
      return alone ? [marker, ...texts] : texts;
    };
    return [lines(up), lines(down)];
  };
}

/** Writes everything, then does `work`; when either fails, every file is as it was. */
export async function writing<T>(root: string, writes: readonly Write[], work: () => Promise<T>): Promise<T> {
  try {
    for (const { file, before, after } of writes) put(join(root, file), after, before === null);
    return await work();
  } catch (thrown) {
    for (const { file, before } of writes.toReversed()) {
      if (before === null) rmSync(join(root, file), { force: true });
      else put(join(root, file), before, false);
    }
    throw thrown;
  }
}

function put(path: string, text: string, fresh: boolean): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    if (fresh) writeFileSync(path, text, { flag: 'wx' });
    else {
      writeFileSync(`${path}.new`, text);
      renameSync(`${path}.new`, path);
    }
  } catch (thrown) {
    throw new ToolError('USAGE', `cannot write ${path}`, {
      detail: messageOf(thrown),
      hint: 'Look whether you may write into the folder. Nothing has been changed.',
      cause: thrown,
    });
  }
}

/** Entries of files that were touched or added; an edit that somebody else made stays as visible as it was. */
export function lockAgain(root: string, before: Project, now: Project): void {
  const locked = readLockFile(root);
  if (!locked) return;
  const old = new Map(before.files.map(({ version, checksum }) => [version, checksum]));
  const entries = now.files.flatMap((file) => {
    const was = locked.get(file.version);
    if (old.get(file.version) !== file.checksum) return [file];
    return was === undefined ? [] : [{ ...file, checksum: was }];
  });
  writeLockFile(root, entries);
}
