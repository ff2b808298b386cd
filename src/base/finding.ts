/**
 * Finding: the only shape in which anything is reported. Outcome: the only thing a command returns.
 * Reporters (report/) turn an Outcome into a table, JSON, JUnit, SARIF or GitHub annotations; commands never print.
 */
import { sha256 } from './canonical.ts';

export type Level = 'error' | 'warning' | 'note';

/** Where in a file: 1-based line and column, column counted in UTF-16 units as editors do. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export interface Finding {
  /** `<family>/<name>`, for example `verify/checksum-changed`. Stable: ignore lists match on it. */
  readonly code: string;
  readonly level: Level;
  /** The object it is about: a migration, `schema.table.column`, a file, a JSON pointer. */
  readonly subject: string;
  /** The fact. */
  readonly message: string;
  /** The advice, with the reader's own names. */
  readonly hint?: string;
  readonly place?: Place;
  /** Stable across runs and line shifts; what SARIF and ignore lists match on. */
  readonly fingerprint: string;
}

/** A Finding without its fingerprint, which is derived from code, subject and message unless `key` says otherwise. */
export type FindingInput = Omit<Finding, 'fingerprint'> & { readonly key?: string };

export function finding(input: FindingInput): Finding {
  const { key, ...rest } = input;
  const fingerprint = sha256(`${input.code}\n${input.subject}\n${key ?? input.message}`).slice(0, 16);
  return Object.freeze({ ...rest, fingerprint });
}

/** What a command hands back. `ok: false` means exit status 1. */
export interface Outcome<Data = unknown> {
  readonly ok: boolean;
  readonly findings: readonly Finding[];
  /** The machine-readable result: `data` of `--json`. */
  readonly data: Data;
  /** The same for people: what the table reporter prints on stdout. */
  readonly view: readonly Block[];
}

/** What people see, as data: the reporter decides about colour and width. */
export type Block =
  | { readonly kind: 'text'; readonly text: string; readonly tone?: Tone }
  | { readonly kind: 'table'; readonly head: readonly string[]; readonly rows: readonly (readonly Cell[])[] }
  /** Printed as it is, never wrapped or coloured: SQL, generated text, a URL for `$(…)`. */
  | { readonly kind: 'verbatim'; readonly text: string };

export type Tone = 'good' | 'bad' | 'warn' | 'quiet' | 'strong';
export type Cell = string | { readonly text: string; readonly tone: Tone };

/** An Outcome that is fine unless a finding is an error. */
export function outcome<Data>(data: Data, view: readonly Block[], findings: readonly Finding[] = []): Outcome<Data> {
  return { ok: !findings.some((f) => f.level === 'error'), findings, data, view };
}
