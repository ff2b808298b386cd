/** The named query patterns of sql/queries; without imports of ours, so that the bench reads them too. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Pattern {
  readonly file: string;
  readonly name: string;
  readonly as: string;
  readonly params: readonly string[];
  readonly indexes: readonly string[];
  /** Small tables of the test: a sequential scan would be right there, and wrong at size. */
  readonly withoutScan: boolean;
  readonly sql: string;
}

const FOLDER = 'sql/queries';

export function readPatterns(): readonly Pattern[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.sql'))
    .flatMap((file) => {
      const [, ...parts] = readFileSync(join(FOLDER, file), 'utf8').split(/^-- name: /m);
      return parts.map((part) => patternOf(file, part));
    });
}

function patternOf(file: string, part: string): Pattern {
  const value = (key: string): string => new RegExp(`^-- ${key}: (.*)$`, 'm').exec(part)?.[1] ?? '';
  const list = (key: string): readonly string[] => value(key).split(/,\s*/).filter(Boolean);
  return {
    file,
    name: part.slice(0, part.indexOf('\n')),
    as: value('as'),
    params: list('params'),
    indexes: list('index'),
    withoutScan: value('scan').startsWith('off'),
    sql: part
      .slice(part.search(/^[^-]/m))
      .replace(/^[^\n]*\n(?=--)/, '')
      .replace(/^--.*\n/gm, '')
      .trim()
      .replace(/;$/, ''),
  };
}
