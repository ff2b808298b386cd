/**
 * Judges migrations: every action of both directions is shown to every rule, and the state that all of them leave to the
 * rules about states. A statement that cannot be parsed is a Finding of its own, and the others are judged all the same.
 */
import { type Finding, finding, type Level, type Place } from '../base/finding.ts';
import type { Direction } from '../base/plan.ts';
import { DEFAULTS, type Naming, type RuleLevel } from '../config/schema.ts';
import type { Action } from './action.ts';
import { type Facts, NO_FACTS } from './facts.ts';
import { covers, type Ignore, ignoreFindings, ignoresIn } from './ignore.ts';
import { RULES } from './lint.ts';
import { reader } from './read.ts';
import type { ActionRule, Problem, Rule, Scene, StateRule } from './rule.ts';
import { isSmall } from './small.ts';
import { type Maker, stateAfter } from './state.ts';
import type { Act, Read, Subject } from './subject.ts';

export interface JudgeOptions {
  readonly facts: Facts;
  /** Rule name to level, over the rules' own. */
  readonly levels: Readonly<Record<string, RuleLevel>>;
  /** Tables with fewer rows, as the database tells, are small: rules that hurt with rows say a note of them. Default: the configuration's. */
  readonly smallRows?: number;
  /** Default: the configuration's. */
  readonly naming?: Naming;
  /** Judges this direction alone; comments that it does not need are then no fault. Default: both. */
  readonly direction?: Direction;
}

export interface Verdict {
  readonly findings: readonly Finding[];
  readonly files: number;
  readonly statements: number;
  readonly rules: number;
  /** Findings that comments accept. */
  readonly ignored: number;
}

/** `subjects` in the order in which they run: later ones know what earlier ones made. */
export async function judge(subjects: readonly Subject[], options: JudgeOptions): Promise<Verdict> {
  const active = RULES.flatMap((rule) => {
    const level = options.levels[rule.name] ?? rule.level;
    return level === 'off' ? [] : [{ rule, level }];
  });
  const ups: Read[] = [];
  const found: Finding[] = [];
  const before: Earlier = { actions: [], scripts: [] };
  const read = reader();
  const scripts: { subject: Subject; up: Read; down: Read }[] = [];
  for (const subject of subjects)
    scripts.push({ subject, up: await read(subject, 'up'), down: await read(subject, 'down') });
  const run = scripts.flatMap(({ up }) => actionsIn(up.acts));
  const { smallRows = DEFAULTS.lint.smallRows } = options;
  let statements = 0;
  let now = options.facts;
  for (const { subject, up, down } of scripts) {
    statements += up.statements + down.statements;
    for (const [script, other] of [
      [up, down],
      [down, up],
    ] as const) {
      if (options.direction && options.direction !== script.direction) continue;
      // The database is behind the first down where that runs alone, and ahead of every up of this list.
      const facts = script.direction === 'down' && !options.direction ? factsAfter(now, up.acts) : now;
      found.push(...script.faults, ...judgeScript(script, other, before, { active, facts, smallRows, run }));
    }
    now = factsAfter(now, (options.direction === 'down' ? down : up).acts);
    ups.push(up);
    before.actions.push(...actionsIn(up.acts));
    before.scripts.push({ name: subject.name, actions: actionsIn(up.acts) });
  }
  if (options.direction !== 'down') found.push(...judgeState(ups, active, options.naming ?? DEFAULTS.lint.naming));
  const { findings, ignored } = withoutAccepted(distinct(found), subjects, options.direction !== undefined);
  return { findings, files: subjects.length, statements, rules: active.length, ignored };
}

/** The session forgets its search path between migrations, as `up` lets it. */
function factsAfter(facts: Facts, acts: readonly Act[]): Facts {
  const done = actionsIn(acts).reduce((now, action) => now.after(action), facts);
  return done.after({ kind: 'set search path', schemas: 'default' });
}

interface Active {
  readonly rule: Rule;
  readonly level: Level;
}

/** Grows with each migration; scenes share it instead of copying it. */
interface Earlier {
  readonly actions: Action[];
  readonly scripts: { readonly name: string; readonly actions: readonly Action[] }[];
}

function actionsIn(acts: readonly Act[]): readonly Action[] {
  return acts.map(({ action }) => action);
}

function judgeScript(
  script: Read,
  other: Read,
  before: Earlier,
  {
    active,
    facts,
    smallRows,
    run,
  }: Pick<Scene, 'facts' | 'run'> & { readonly active: readonly Active[]; readonly smallRows: number },
): readonly Finding[] {
  const { direction, transactional } = script;
  const rules = active.filter((one): one is Active & { readonly rule: ActionRule } => 'judge' in one.rule);
  const here = rules.filter(({ rule }) => rule.only === undefined || rule.only === direction);
  const shared = { direction, transactional, before: before.actions, pending: before.scripts, facts, run };
  const main = { ...shared, other: actionsIn(other.acts), inside: null };
  const found = judgeActs(script, script.acts, here, main, smallRows);
  const inBodies = here.filter(({ rule }) => rule.bodies === true);
  const bodies = script.routines.flatMap(({ name, acts }) =>
    // What is new today has rows when the routine is called.
    judgeActs(script, acts, inBodies, { ...shared, other: [], before: [], run: [], facts: NO_FACTS, inside: name }, 0),
  );
  return [...found, ...bodies];
}

function judgeActs(
  { subject, direction }: Read,
  acts: readonly Act[],
  rules: readonly { readonly rule: ActionRule; readonly level: Level }[],
  scene: Omit<Scene, 'sql' | 'index' | 'actions' | 'alone'>,
  smallRows: number,
): readonly Finding[] {
  const actions = actionsIn(acts);
  let { facts } = scene;
  return acts.flatMap(({ action, sql, placeOf }, index) => {
    const alone = acts[index - 1]?.sql !== sql && acts[index + 1]?.sql !== sql;
    const here: Scene = { ...scene, actions, index, sql, alone, facts };
    const quick = isSmall(action, here, smallRows);
    facts = facts.after(action);
    return rules.flatMap(({ rule, level: usual }) => {
      const level = rule.grows && quick ? 'note' : usual;
      return rule
        .judge(action, here)
        .map((problem) =>
          findingOf({ rule, level, problem, name: subject.name, direction, place: placeOf(problem.offset ?? 0) }),
        );
    });
  });
}

/** Told at the migration that made the object, as it is after the last one. */
function judgeState(ups: readonly Read[], active: readonly Active[], naming: Naming): readonly Finding[] {
  const rules = active.filter((one): one is Active & { readonly rule: StateRule } => 'examine' in one.rule);
  if (rules.length === 0) return [];
  const state = stateAfter(ups);
  return rules.flatMap(({ rule, level }) =>
    rule
      .examine(state, naming)
      .map(({ by, ...problem }) =>
        findingOf({ rule, level, problem, name: by.migration, direction: 'up', place: placeOfMaker(by) }),
      ),
  );
}

function placeOfMaker({ act }: Maker): Place {
  return act.placeOf(0);
}

function findingOf(input: {
  readonly rule: Rule;
  readonly level: Level;
  readonly problem: Problem;
  readonly name: string;
  readonly direction: Direction;
  readonly place: Place;
}): Finding {
  const { rule, level, problem, name, direction, place } = input;
  return finding({
    code: `lint/${rule.name}`,
    level,
    subject: problem.subject,
    message: `${name} (${direction}): ${problem.message}`,
    hint: problem.hint,
    place,
    // Without row counts, which change every day.
    key: `${name} ${direction}`,
  });
}

/** A statement that stands for several actions may say the same of each; another one of the same line says its own. */
function distinct(found: readonly Finding[]): readonly Finding[] {
  const key = ({ fingerprint, message, place }: Finding): string =>
    [fingerprint, place?.file, place?.line, place?.column, message].join(' ');
  return [...new Map(found.map((one) => [key(one), one])).values()];
}

function withoutAccepted(
  found: readonly Finding[],
  subjects: readonly Subject[],
  half: boolean,
): { readonly findings: readonly Finding[]; readonly ignored: number } {
  const ignores = subjects.flatMap(({ sources }) => [...sources].flatMap(([file, text]) => ignoresIn(file, text)));
  const once = [...new Map(ignores.map((ignore) => [`${ignore.file}:${ignore.line}`, ignore])).values()];
  const used = new Set<Ignore>();
  const left = found.filter((one) => !accepted(one, once, used));
  const names = new Set(RULES.map(({ name }) => name));
  return {
    findings: [...left, ...(half ? [] : ignoreFindings(once, names, used))],
    ignored: found.length - left.length,
  };
}

function accepted(found: Finding, ignores: readonly Ignore[], used: Set<Ignore>): boolean {
  const matching = ignores.filter((ignore) => covers(ignore, found));
  for (const ignore of matching) used.add(ignore);
  return matching.length > 0;
}
