/**
 * Comments that accept a finding: `-- strata-lint-ignore <rule>: <reason>` before a statement or beside its first line,
 * `strata-lint-ignore-file` for a whole file; in TypeScript after `//`. Without a reason they count for nothing, and one
 * that nothing needed is reported: it would hide the next fault.
 */
import { type Finding, finding } from '../base/finding.ts';

export interface Ignore {
  readonly file: string;
  /** Of the comment. */
  readonly line: number;
  readonly rule: string;
  readonly reason: string;
  /** The lines on which a statement may begin; null: all of the file. */
  readonly lines: readonly number[] | null;
}

const COMMENT = /(?:--|\/\/|\/\*|\*)\s*strata-lint-ignore(-file)?\b[ \t]*([\w-]*)[ \t]*:?[ \t]*(.*?)\s*(?:\*\/)?\s*$/;

export function ignoresIn(file: string, source: string): readonly Ignore[] {
  if (!source.includes('strata-lint-ignore')) return [];
  const lines = source.split('\n');
  return lines.flatMap((line, index) => {
    const found = COMMENT.exec(line);
    if (!found) return [];
    const [, whole, rule = '', reason = ''] = found;
    return [{ file, line: index + 1, rule, reason, lines: whole ? null : covered(lines, index) }];
  });
}

/** Its own line, and the next one that holds more than a comment. */
function covered(lines: readonly string[], index: number): readonly number[] {
  const next = lines.findIndex((line, at) => at > index && !/^\s*(?:$|--|\/\/|\/\*|\*)/.test(line));
  return next < 0 ? [index + 1] : [index + 1, next + 1];
}

export function covers(ignore: Ignore, found: Finding): boolean {
  const { place, code } = found;
  if (place?.file !== ignore.file || code !== `lint/${ignore.rule}` || ignore.reason === '') return false;
  return ignore.lines === null || ignore.lines.includes(place.line);
}

/** What is wrong with the comments themselves. `rules`: the names that there are; `used`: those that accepted something. */
export function ignoreFindings(
  ignores: readonly Ignore[],
  rules: ReadonlySet<string>,
  used: ReadonlySet<Ignore>,
): readonly Finding[] {
  return ignores.flatMap((ignore) => {
    const fault = faultOf(ignore, rules, used);
    if (!fault) return [];
    const place = { file: ignore.file, line: ignore.line, column: 1 };
    return [
      finding({ ...fault, level: 'warning', subject: ignore.file, place, key: `${ignore.rule} ${ignore.reason}` }),
    ];
  });
}

function faultOf(
  ignore: Ignore,
  rules: ReadonlySet<string>,
  used: ReadonlySet<Ignore>,
): { readonly code: string; readonly message: string; readonly hint: string } | null {
  const { rule, reason } = ignore;
  if (!rules.has(rule)) {
    const message = rule === '' ? 'the comment names no rule' : `there is no rule ${rule}`;
    return {
      code: 'lint/ignore-unknown',
      message,
      hint: 'The names are in docs/lint.md; write: strata-lint-ignore RULE: REASON',
    };
  }
  if (reason === '') {
    const message = `the comment that ignores ${rule} gives no reason, so it counts for nothing`;
    return { code: 'lint/ignore-unreasoned', message, hint: `Write why: strata-lint-ignore ${rule}: REASON` };
  }
  if (used.has(ignore)) return null;
  return {
    code: 'lint/ignore-unused',
    message: `nothing here needs ${rule} to be ignored`,
    hint: 'Take the comment away: it would hide the next fault.',
  };
}
