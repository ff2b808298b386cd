/** A project's erasure scripts, `sql/erasure/*.sql`, and the erasures of the list with them. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ERASURES_FILE, type ErasureList, type Listed, readErasures } from '../backup/erasure-list.ts';
import type { Erasure } from '../backup/erasures.ts';
import { readManifest } from '../backup/manifest-read.ts';
import { ToolError } from '../base/errors.ts';
import { type Finding, finding } from '../base/finding.ts';
import type { Context } from './command.ts';

const ENDING = '.sql';

/** The script by its name; without one, the only script. Throws ERASURE_SCRIPT. */
export function erasureScript({ config }: Context, name: string | undefined): Omit<Erasure, 'subject'> {
  const folder = join(config.sql, 'erasure');
  const names = namesIn(join(config.root, folder));
  const [only] = names;
  const chosen = name ?? (names.length === 1 ? only : undefined);
  if (chosen !== undefined && names.includes(chosen)) {
    const file = `${folder}/${chosen}${ENDING}`;
    return { script: chosen, file, sql: readFileSync(join(config.root, file), 'utf8') };
  }
  const there = names.length === 0 ? `${folder} holds no script` : `${folder} holds: ${names.join(', ')}`;
  throw new ToolError(
    'ERASURE_SCRIPT',
    chosen === undefined ? 'which script erases is not known' : `there is no erasure script "${chosen}"`,
    {
      detail: there,
      hint:
        names.length > 0 && name === undefined
          ? `Name one: --script ${only}`
          : `Write ${folder}/${chosen ?? 'user'}${ENDING}: SQL that erases current_setting('strata.subject').`,
    },
  );
}

function namesIn(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith(ENDING))
    .map((file) => file.slice(0, -ENDING.length))
    .sort();
}

export interface KnownErasures {
  readonly erasures: readonly Erasure[];
  readonly findings: ErasureList['findings'];
}

/** The name of the database that a backup is of; null: its manifest cannot be read, which others will say. */
export async function databaseOf(dir: string, id: string): Promise<string | null> {
  return (await readManifest(dir, id)).manifest?.database.name ?? null;
}

/**
 * What a restore from `dir` of a database of that name has to repeat; null: of every database. Throws ERASURE_LIST or
 * ERASURE_SCRIPT, before anything is touched.
 */
export async function knownErasures(context: Context, dir: string, database: string | null): Promise<KnownErasures> {
  const { listed: all, findings: faults } = await readErasures(dir);
  const here = ({ database: origin }: Listed): boolean => [undefined, database ?? origin].includes(origin);
  const listed = all.filter(here);
  const findings = [
    ...faults,
    ...elsewhere(
      dir,
      all.filter((one) => !here(one)),
    ),
  ];
  const names = [...new Set(listed.map(({ script }) => script))];
  const scripts = new Map(names.map((name) => [name, erasureScript(context, name)]));
  const erasures = listed.flatMap(({ script, subject }) => {
    const found = scripts.get(script);
    return found ? [{ ...found, subject }] : [];
  });
  return { erasures, findings };
}

function elsewhere(dir: string, others: readonly Listed[]): readonly Finding[] {
  if (others.length === 0) return [];
  const names = [...new Set(others.map(({ database }) => database))].join(', ');
  return [
    finding({
      code: 'restore/erasures-elsewhere',
      level: 'note',
      subject: join(dir, ERASURES_FILE),
      message: `${others.length} erasures of other databases (${names}) are not repeated`,
      hint: 'If this database had another name when they were made, repeat them in it: strata subject erase --listed --of NAME',
    }),
  ];
}

/** For a backup that came from a bucket without a list: on a new machine it may be nowhere, and somebody comes back. */
export function listMissing({ config }: Context, dir: string): readonly Finding[] {
  const path = join(dir, ERASURES_FILE);
  if (existsSync(path) || namesIn(join(config.root, config.sql, 'erasure')).length === 0) return [];
  const message =
    'the project erases people, but no list of erasures lies beside the downloaded backup, nor in the bucket: nobody was erased again';
  const hint = `If anybody was erased, bring the list to ${path} and run: strata subject erase --listed`;
  return [finding({ code: 'restore/erasures-unknown', level: 'warning', subject: path, message, hint })];
}
