/** A project's erasure scripts, `sql/erasure/*.sql`, and the erasures of the list with them. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ERASURES_FILE, type Erasure, type ErasureList, readErasures } from '../backup/erasures.ts';
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

/** What a restore from `dir` has to repeat. Throws ERASURE_LIST or ERASURE_SCRIPT, before anything is touched. */
export async function knownErasures(context: Context, dir: string): Promise<KnownErasures> {
  const { listed, findings } = await readErasures(dir);
  const names = [...new Set(listed.map(({ script }) => script))];
  const scripts = new Map(names.map((name) => [name, erasureScript(context, name)]));
  const erasures = listed.flatMap(({ script, subject }) => {
    const found = scripts.get(script);
    return found ? [{ ...found, subject }] : [];
  });
  return { erasures, findings };
}

/** For a backup that came from a bucket: the list is not there, so on a new machine it is nowhere, and somebody comes back. */
export function listMissing({ config }: Context, dir: string): readonly Finding[] {
  const path = join(dir, ERASURES_FILE);
  if (existsSync(path) || namesIn(join(config.root, config.sql, 'erasure')).length === 0) return [];
  const message =
    'the project erases people, but no list of erasures lies beside the downloaded backup: nobody was erased again';
  const hint = `If anybody was erased, bring the list to ${path} and run: strata subject erase --listed`;
  return [finding({ code: 'restore/erasures-unknown', level: 'warning', subject: path, message, hint })];
}
