/** Which statements of a migration can be mended by a recipe, and what stands against the others. */
import type { Finding } from '../base/finding.ts';
import { type Statement, statementsOf } from '../base/plan.ts';
import { parseSql } from '../syntax/parse.ts';
import type { Action } from './action.ts';
import { actionsOf } from './actions.ts';
import { concurrentOption, type Site, siteOf } from './edit.ts';
import type { Facts } from './facts.ts';
import { type Recipe, recipeFor } from './recipes.ts';
import { isInferred, type Subject } from './subject.ts';

export interface Left {
  readonly finding: Finding;
  readonly why: string;
}

/** A statement that can be mended, with what of the file has to change for it. */
export interface Candidate {
  readonly recipe: Recipe;
  readonly finding: Finding;
  readonly site: Site;
  readonly file: string;
  /** The statement of the file's own down that undoes it. */
  readonly down: { readonly site: Site; readonly file: string; readonly sql: string } | null;
  /** Stays in its migration; else it moves into one of its own. */
  readonly stays: boolean;
}

async function onlyAction(sql: string): Promise<Action | null> {
  const parsed = await parseSql(sql);
  const actions = parsed.ok ? parsed.statements.flatMap(({ node }) => actionsOf(node)) : [];
  return actions.length === 1 ? (actions[0] ?? null) : null;
}

/** What other pending migrations say, in their order. */
export interface Others {
  readonly earlier: readonly string[];
  readonly later: readonly string[];
}

export async function candidatesOf(
  subject: Subject,
  findings: readonly Finding[],
  facts: Facts,
  { earlier, later }: Others,
): Promise<{ readonly candidates: readonly Candidate[]; readonly left: readonly Left[] }> {
  const statements = statementsOf(subject.up);
  const drafts: { statement: Statement; recipe: Recipe; finding: Finding }[] = [];
  const left: Left[] = [];
  for (const statement of statements) {
    const found = findings.filter((one) => isAbout(one, subject, statement));
    if (found.length === 0) continue;
    const action = await onlyAction(statement.sql);
    const others = (): readonly string[] => [
      ...earlier,
      ...statements.filter((one) => one !== statement).map(({ sql }) => sql),
    ];
    const recipe = action
      ? (nameClash(action, others) ?? recipeFor(action, statement.sql, facts))
      : 'it does several things that cannot be told apart for certain';
    if (recipe === undefined) continue;
    if (typeof recipe === 'string') left.push(...found.filter(isMendable).map((finding) => ({ finding, why: recipe })));
    else
      for (const finding of found)
        if (finding.code === `lint/${recipe.rule}`) drafts.push({ statement, recipe, finding });
  }
  const allAlone = drafts.length === statements.length && drafts.every(({ recipe }) => recipe.alone);
  const candidates: Candidate[] = [];
  for (const draft of drafts) {
    const stays = draft.recipe.alone ? allAlone : !isInferred(subject);
    const after = [...statements.slice(statements.indexOf(draft.statement) + 1).map(({ sql }) => sql), ...later];
    const placed = await place(subject, draft, { stays, after, later });
    if (typeof placed === 'string') left.push({ finding: draft.finding, why: placed });
    else candidates.push(placed);
  }
  // One that cannot stay alone in its file keeps the others from doing so.
  if (allAlone && candidates.length < drafts.length) {
    return {
      candidates: [],
      left: [
        ...left,
        ...candidates.map(({ finding }) => ({ finding, why: 'another statement of the file cannot be mended' })),
      ],
    };
  }
  return { candidates, left };
}

/** PostgreSQL numbers the names that it gives to CHECKs of the same columns. */
function nameClash(action: Action, others: () => readonly string[]): string | undefined {
  if (action.kind !== 'add constraint' || action.constraint.kind !== 'check' || action.constraint.name !== null)
    return undefined;
  const { name } = action.table;
  const other = others().find((sql) => mentions(sql, name) && /\bcheck\s*\(/i.test(sql));
  return other && `its name depends on the other CHECK of ${name}: ${first(other)}`;
}

const MENDABLE =
  /^lint\/(?:index-concurrently|drop-index-concurrently|reindex-concurrently|check-not-valid|foreign-key-not-valid|unique-using-index|set-not-null|domain-constraint|detach-concurrently)$/;

function isMendable({ code }: Finding): boolean {
  return MENDABLE.test(code);
}

/** `up` does it in this statement. */
export function isAbout({ place, message }: Finding, { name }: Subject, statement: Statement): boolean {
  const { file, line, column } = statement.place;
  return place?.file === file && place.line === line && place.column === column && message.startsWith(`${name} (up)`);
}

async function place(
  subject: Subject,
  { statement, recipe, finding }: { readonly statement: Statement; readonly recipe: Recipe; readonly finding: Finding },
  where: { readonly stays: boolean; readonly after: readonly string[]; readonly later: readonly string[] },
): Promise<Candidate | string> {
  const { file } = subject;
  const source = subject.sources.get(file);
  const site = source === undefined ? null : siteOf(source, file, statement, statementsOf(subject.up));
  if (source === undefined || !site) return 'it does not stand in the file in a form that can be edited';
  const down = isInferred(subject) ? null : await downOf(subject, recipe);
  if (typeof down === 'string') return down;
  if (!where.stays && recipe.undo === null && !down)
    return `the down of ${subject.name} does not undo it in a statement of its own`;
  if (where.stays && recipe.alone && isInferred(subject) && !concurrentOption(source, site)) {
    return `${subject.name} exports no down, and the safe form has no inverse that could be inferred`;
  }
  const user = blocker(recipe, where);
  return user ?? { recipe, finding, site, file, down, stays: where.stays };
}

/** A later statement that needs what is moved behind it, or takes away what the follow-up is about. */
function blocker({ names, table, after, alone, safe }: Recipe, where: Parameters<typeof place>[2]): string | null {
  const moves = !where.stays;
  const isKey = safe.some((sql) => /\bunique\b/i.test(sql));
  const needs =
    moves &&
    where.after.find(
      (sql) => names.some((name) => mentions(sql, name)) || (isKey && table !== null && restsOnKey(sql, table.name)),
    );
  if (needs) return `a later statement needs it: ${first(needs)}`;
  const goes =
    (after || moves || alone) &&
    table &&
    where.later.find((sql) => mentions(sql, table.name) && /\b(?:drop|rename)\b/i.test(sql));
  return goes ? `a later migration drops or renames on ${table.name}: ${first(goes)}` : null;
}

/** A foreign key to the table, or ON CONFLICT, which need a unique index there. */
function restsOnKey(sql: string, table: string): boolean {
  if (!mentions(sql, table)) return false;
  return /\bon\s+conflict\b/i.test(sql) || new RegExp(`\\breferences\\s+[^\\s(]*${escaped(table)}`, 'i').test(sql);
}

function mentions(sql: string, name: string): boolean {
  return new RegExp(`(?<![\\w$])${escaped(name)}(?![\\w$])`).test(sql);
}

function escaped(name: string): string {
  return name.replace(/[^\w]/g, '\\$&');
}

function first(sql: string): string {
  const line = sql.split('\n', 1)[0] ?? '';
  return line.length > 60 ? `${line.slice(0, 60)}…` : line;
}

/** Null: the down does nothing about it by itself. */
async function downOf(subject: Subject, recipe: Recipe): Promise<Candidate['down'] | string> {
  const statements = statementsOf(subject.down);
  for (const statement of statements) {
    const parsed = await parseSql(statement.sql);
    const actions = parsed.ok ? parsed.statements.flatMap(({ node }) => actionsOf(node)) : [];
    const beside = actions.some(
      (action) =>
        action.kind === 'drop' &&
        action.names.length > 1 &&
        action.names.some(({ name }) => recipe.names.includes(name)),
    );
    if (beside || (actions.length > 1 && actions.some(recipe.undoes))) {
      return `the down of ${subject.name} undoes it together with other things: ${first(statement.sql)}`;
    }
    const [action] = actions;
    if (!action || !recipe.undoes(action)) continue;
    const { file } = statement.place;
    const source = subject.sources.get(file);
    const site = source === undefined ? null : siteOf(source, file, statement, statements);
    return site
      ? { site, file, sql: statement.sql }
      : `the down of ${subject.name} cannot be edited: ${first(statement.sql)}`;
  }
  return null;
}
