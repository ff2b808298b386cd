/** `strata new`: writes the next migration, and for --replace the next version of a part. Changes no file that exists. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { messageOf, ToolError } from '../base/errors.ts';
import { type Block, type Outcome, outcome } from '../base/finding.ts';
import { type MigrationFolder, readMigrations } from '../migrate/files.ts';
import { PART_PATH, partFile } from '../migrate/parts.ts';
import { newMigration } from '../migrate/template.ts';
import type { Context, Options } from './command.ts';

export async function run(context: Context, options: Options): Promise<Outcome> {
  const { config, runtime } = context;
  const words = options.args.join(' ');
  const folder = readMigrations({ root: config.root, migrations: config.migrations, sql: config.sql });
  if (typeof options.expandContract === 'string') return expandContract(context, options, folder);
  const { files, findings } = folder;
  const old = typeof options.replace === 'string' ? newestPart(config, options.replace) : null;
  const part = old ? { path: old.path, version: old.version + 1 } : undefined;
  const made = newMigration({ files, words, sql: options.sql === true, now: runtime.now(), ...(part ? { part } : {}) });
  const written: string[] = [];
  if (old && part) {
    const source = readFileSync(join(config.root, config.sql, partFile(old.path, old.version)), 'utf8');
    written.push(write(config.root, `${config.sql}/${partFile(part.path, part.version)}`, source));
  }
  written.push(write(config.root, `${config.migrations}/${made.fileName}`, made.text));
  const view: Block[] = written.map((path) => ({ kind: 'text', text: `wrote ${path}`, tone: 'good' }));
  return outcome({ version: made.version, files: written.toReversed() }, view, findings);
}

/** Five files, one a phase. */
async function expandContract(
  context: Context,
  options: Options,
  { files, findings }: MigrationFolder,
): Promise<Outcome> {
  const { config, runtime } = context;
  const { expandPhases } = await import('./new-expand.ts');
  const phases = await expandPhases(context, options, String(options.expandContract));
  const made: { readonly version: string; readonly path: string }[] = [];
  let last = files.at(-1)?.version;
  for (const { name, text } of phases) {
    const { version, fileName } = newMigration({
      files,
      last,
      words: `${options.args.join(' ')} ${name}`,
      sql: true,
      now: runtime.now(),
    });
    made.push({ version, path: write(config.root, `${config.migrations}/${fileName}`, text) });
    last = version;
  }
  const view: Block[] = made.map(({ path }) => ({ kind: 'text', text: `wrote ${path}`, tone: 'good' }));
  const first = `strata up --to ${made[2]?.version}`;
  view.push({
    kind: 'text',
    text: `Read them, then: ${first}; deploy the application that writes the new column; strata up --to ${made[3]?.version}; later strata up`,
    tone: 'quiet',
  });
  return outcome({ version: made[0]?.version, files: made.map(({ path }) => path) }, view, findings);
}

interface Part {
  readonly path: string;
  readonly version: number;
}

/** `functions/accept_booking` in its newest version. Throws USAGE when there is none. */
function newestPart(config: { readonly root: string; readonly sql: string }, given: string): Part {
  const path = given.replace(/^sql\//, '').replace(/(?:_v\d+)?(?:\.sql)?$/, '');
  if (!PART_PATH.test(path)) {
    throw new ToolError('USAGE', `${JSON.stringify(given)} does not name a part`, {
      hint: 'Write folder and name: --replace functions/accept_booking',
    });
  }
  const name = path.slice(path.lastIndexOf('/') + 1);
  const versions = namesIn(join(config.root, config.sql, dirname(path))).flatMap((file) => {
    const version = file.startsWith(`${name}_v`) ? /^(\d+)\.sql$/.exec(file.slice(name.length + 2))?.[1] : undefined;
    return version === undefined ? [] : [Number(version)];
  });
  if (versions.length > 0) return { path, version: Math.max(...versions) };
  throw new ToolError('USAGE', `there is no ${config.sql}/${partFile(path, 1)} to replace`, {
    hint: `Write ${config.sql}/${partFile(path, 1)}, and a migration with pgm.install('${path}', 1).`,
  });
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Never over a file that exists: two people may have asked for the same number. */
function write(root: string, path: string, text: string): string {
  try {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text, { flag: 'wx' });
    return path;
  } catch (thrown) {
    throw new ToolError('USAGE', `cannot write ${path}`, {
      detail: messageOf(thrown),
      hint: 'Look whether the file exists already and whether you may write into the folder.',
      cause: thrown,
    });
  }
}
