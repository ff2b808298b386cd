/**
 * Judges migrations: every statement of both directions is parsed, turned into Actions, and shown to every rule. A
 * statement that cannot be parsed is a Finding of its own, and the others are judged all the same.
 */
import { type Finding, finding, type Level, type Place } from '../base/finding.ts';
import type { Direction, Script, Statement } from '../base/plan.ts';
import type { RuleLevel } from '../config/schema.ts';
import { parseSql } from '../syntax/parse.ts';
import type { Action } from './action.ts';
import { actionsOf } from './actions.ts';
import type { Facts } from './facts.ts';
import { covers, type Ignore, ignoreFindings, ignoresIn } from './ignore.ts';
import { RULES } from './lint.ts';
import type { Rule, Scene } from './rule.ts';

/** A migration, as far as lint looks at it. */
export interface Subject {
  readonly name: string;
  readonly file: string;
  readonly up: Script;
  readonly down: Script;
  /** Every file that it is made of, by path: where ignore comments are looked for. */
  readonly sources: ReadonlyMap<string, string>;
}

export interface JudgeOptions {
  readonly facts: Facts;
  /** Rule name to level, over the rules' own. */
  readonly levels: Readonly<Record<string, RuleLevel>>;
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
  const rules = RULES.flatMap((rule) => {
    const level = options.levels[rule.name] ?? rule.level;
    return level === 'off' ? [] : [{ rule, level }];
  });
  const found: Finding[] = [];
  const before: Action[] = [];
  let statements = 0;
  for (const subject of subjects) {
    const [up, down] = [await readScript(subject, 'up'), await readScript(subject, 'down')];
    statements += up.statements + down.statements;
    for (const [script, other] of [
      [up, down],
      [down, up],
    ] as const) {
      if (options.direction && options.direction !== script.direction) continue;
      found.push(...script.faults, ...judgeScript(script, other, before, { rules, facts: options.facts }));
    }
    before.push(...up.acts.map(({ action }) => action));
  }
  const ignores = subjects.flatMap(({ sources }) => [...sources].flatMap(([file, text]) => ignoresIn(file, text)));
  const once = [...new Map(ignores.map((ignore) => [`${ignore.file}:${ignore.line}`, ignore])).values()];
  const used = new Set<Ignore>();
  const left = distinct(found).filter((one) => !accepted(one, once, used));
  const names = new Set(RULES.map(({ name }) => name));
  const findings = [...left, ...(options.direction ? [] : ignoreFindings(once, names, used))];
  return {
    findings,
    files: subjects.length,
    statements,
    rules: rules.length,
    ignored: distinct(found).length - left.length,
  };
}

interface Act {
  readonly action: Action;
  readonly place: Place;
  readonly sql: string;
}

interface Read {
  readonly subject: Subject;
  readonly direction: Direction;
  readonly transactional: boolean;
  readonly acts: readonly Act[];
  readonly faults: readonly Finding[];
  readonly statements: number;
}

async function readScript(subject: Subject, direction: Direction): Promise<Read> {
  const script = subject[direction];
  const base = { subject, direction, transactional: script.kind === 'irreversible' || script.transactional };
  if (script.kind === 'irreversible') return { ...base, acts: [], faults: [], statements: 0 };
  if (script.kind === 'opaque')
    return { ...base, acts: [], faults: [opaque(subject, direction, script)], statements: 0 };
  const acts: Act[] = [];
  const faults: Finding[] = [];
  for (const statement of script.statements) {
    const parsed = await parseSql(statement.sql);
    if (!parsed.ok) faults.push(syntaxError(subject, direction, statement, parsed.fault.message));
    else
      acts.push(
        ...parsed.statements
          .flatMap(({ node }) => actionsOf(node))
          .map((action) => ({ action, place: statement.place, sql: statement.sql })),
      );
  }
  return { ...base, acts, faults, statements: script.statements.length };
}

function judgeScript(
  script: Read,
  other: Read,
  before: readonly Action[],
  {
    rules,
    facts,
  }: { readonly rules: readonly { readonly rule: Rule; readonly level: Level }[]; readonly facts: Facts },
): readonly Finding[] {
  const actions = script.acts.map(({ action }) => action);
  const { direction, transactional, subject } = script;
  const shared = { direction, transactional, actions, before, facts, other: other.acts.map(({ action }) => action) };
  return script.acts.flatMap(({ action, place, sql }, index) => {
    const scene: Scene = { ...shared, index, sql };
    return rules
      .filter(({ rule }) => rule.only === undefined || rule.only === direction)
      .flatMap(({ rule, level }) =>
        rule.judge(action, scene).map((problem) =>
          finding({
            code: `lint/${rule.name}`,
            level,
            subject: problem.subject,
            message: `${subject.name} (${direction}): ${problem.message}`,
            hint: problem.hint,
            place,
            // Without row counts, which change every day.
            key: `${subject.name} ${direction}`,
          }),
        ),
      );
  });
}

function opaque({ name }: Subject, direction: Direction, script: Extract<Script, { kind: 'opaque' }>): Finding {
  return finding({
    code: 'lint/opaque',
    level: 'note',
    subject: name,
    message: `${name} (${direction}) cannot be judged: ${script.reason}`,
    hint: 'Write what it does with pgm.sql() where you can; what pgm.db does is known only when it runs.',
    place: script.place,
    key: direction,
  });
}

function syntaxError({ name }: Subject, direction: Direction, { place }: Statement, message: string): Finding {
  return finding({
    code: 'lint/syntax-error',
    level: 'error',
    subject: name,
    message: `${name} (${direction}): ${message}`,
    hint: `Correct the statement at ${place.file}:${place.line}.`,
    place,
  });
}

/** A statement that stands for several actions may say the same of each. */
function distinct(found: readonly Finding[]): readonly Finding[] {
  return [...new Map(found.map((one) => [`${one.fingerprint} ${one.place?.file}:${one.place?.line}`, one])).values()];
}

function accepted(found: Finding, ignores: readonly Ignore[], used: Set<Ignore>): boolean {
  const matching = ignores.filter((ignore) => covers(ignore, found));
  for (const ignore of matching) used.add(ignore);
  return matching.length > 0;
}
