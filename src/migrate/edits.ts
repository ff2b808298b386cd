/** What an edit of an applied migration changed in meaning: its statements now against those the journal says were run. */
import type { Session } from '../pg/pool.ts';
import { type HistoryName, withNames } from './history.ts';
import type { CompiledMigration } from './model.ts';
import scriptsText from './sql/scripts.sql';

/** The statements that were run, by version; a version without an entry was baselined or is opaque. */
export async function appliedScripts(
  session: Session,
  history: HistoryName,
  versions: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const rows = await session.query<{ version: string; script: string }>(withNames(scriptsText, history), [versions]);
  return new Map(rows.map(({ version, script }) => [version, JSON.parse(script) as string[]]));
}

/** Lines of a difference: `-` was run, `+` is what the file says now. */
export function semanticDifference(was: readonly string[] | undefined, compiled: CompiledMigration): readonly string[] {
  const { up } = compiled;
  if (up.kind !== 'statements') return ['the file cannot be rendered without running it: compare it by eye'];
  if (!was) return ['what was run is not recorded: compare the file by eye'];
  const now = up.statements.map(({ sql }) => sql);
  const [gone, come] = [was.filter((sql) => !now.includes(sql)), now.filter((sql) => !was.includes(sql))];
  if (gone.length + come.length > 0) return [...gone.flatMap(marked('-')), ...come.flatMap(marked('+'))];
  return was.join() === now.join()
    ? ['the statements of up are the same; down differs']
    : ['the same statements in another order'];
}

function marked(sign: string): (sql: string) => string[] {
  return (sql) => sql.split('\n').map((line) => `${sign} ${line}`);
}
