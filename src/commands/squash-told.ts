/** A squash put in place, and told. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, ToolError } from '../base/errors.ts';
import { type Block, type Finding, finding } from '../base/finding.ts';
import { readMigrations } from '../migrate/files.ts';
import { writeLockFile } from '../migrate/lockfile.ts';
import type { MigrationFile } from '../migrate/model.ts';
import type { Context } from './command.ts';

export interface SquashData {
  /** The file of the baseline. */
  readonly file: string;
  readonly squashed: readonly string[];
  /** Files that go: the migrations, and parts that nothing refers to any more. */
  readonly removed: readonly string[];
  readonly statements: number;
  /** Rows that the migrations made, by table. */
  readonly rows: Readonly<Record<string, number>>;
  readonly reversible: boolean;
  /** False with --dry-run. */
  readonly written: boolean;
}

/** The baseline first: until the old files are gone, the folder has two of a version, which every command refuses. */
export function writeBaseline({ config }: Context, file: MigrationFile, removed: readonly string[]): void {
  try {
    writeFileSync(join(config.root, file.file), file.source);
    for (const path of removed) if (path !== file.file) rmSync(join(config.root, path), { force: true });
    const folder = { root: config.root, migrations: config.migrations, sql: config.sql };
    writeLockFile(config.root, readMigrations(folder).files);
  } catch (thrown) {
    throw new ToolError('SQUASH_REFUSED', 'the baseline could not be put in place', {
      detail: messageOf(thrown),
      hint: `Bring the folder back as it was: git checkout -- ${config.migrations} ${config.sql}`,
      cause: thrown,
    });
  }
}

export function irreversible({ file }: MigrationFile, left: readonly string[]): Finding {
  return finding({
    code: 'squash/irreversible',
    level: 'warning',
    subject: file,
    message: `the baseline has no down: ${left.slice(0, 3).join('; ')}`,
    hint: 'Write a down section by hand if one is wanted, and prove it: strata cycle',
    key: 'down',
  });
}

export function carried({ rows, file }: SquashData): readonly Finding[] {
  return Object.entries(rows).map(([table, count]) =>
    finding({
      code: 'squash/rows-carried',
      level: 'note',
      subject: table,
      message: `${count} rows that the migrations made are carried over as INSERT into ${file}`,
      key: 'rows',
    }),
  );
}

export function squashView({ file, squashed, removed, statements, written }: SquashData): readonly Block[] {
  const [did, go] = written ? ['wrote', 'removed'] : ['would write', 'would remove'];
  const text = `${did} ${file}: ${statements} statements in place of ${squashed.length} migrations, proved equal on a scratch database`;
  return [
    { kind: 'text', text, tone: 'good' },
    { kind: 'text', text: `${go} ${removed.length} files:\n${removed.map((path) => `  ${path}`).join('\n')}` },
  ];
}

/** What reads otherwise after it was parsed again, and so has another hash. */
export function written({ file }: MigrationFile, subjects: readonly string[]): readonly Finding[] {
  if (subjects.length === 0) return [];
  return [
    finding({
      code: 'squash/reads-otherwise',
      level: 'note',
      subject: file,
      message: `${subjects.length} definitions mean the same and are written otherwise by PostgreSQL, having been parsed again: ${subjects.slice(0, 5).join(', ')}`,
      hint: 'On databases from before the squash, strata drift names them.',
      key: 'otherwise',
    }),
  ];
}
