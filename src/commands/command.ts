/**
 * What a command is: a card (data: name, flags, help; cards/) and the work behind it (registry.ts, loaded when called).
 * A command takes options and gives an Outcome; it never prints, never exits and never asks.
 */
import type { Outcome } from '../base/finding.ts';
import type { Runtime } from '../base/runtime.ts';
import type { Config } from '../config/schema.ts';

export interface Flag {
  /** Long name without dashes: `lock-timeout`. The option arrives under the same name in camel case. */
  readonly name: string;
  /** `list` takes all words that follow, `repeat` one, and may be given again. Both arrive as a list. */
  readonly kind: 'boolean' | 'string' | 'integer' | 'list' | 'repeat';
  readonly help: string;
  /** Placeholder in help: `version`. */
  readonly value?: string;
  readonly choices?: readonly string[];
  /** Dotted config key that the flag overrides: `timeouts.lock`. Such a flag is not passed to the command. */
  readonly config?: string;
  readonly short?: string;
}

export interface Argument {
  readonly name: string;
  readonly help: string;
  readonly required: boolean;
  readonly variadic?: boolean;
}

/** Options as the command line gives them: by camel-case flag name, `args` by position. */
export interface Options {
  readonly args: readonly string[];
  readonly [flag: string]: unknown;
}

export interface Context {
  readonly config: Config;
  readonly runtime: Runtime;
  /** The configuration as it is now, with the flags of this call; for a command that outlives a change of the file. */
  readonly reload?: () => Promise<Config>;
}

/** `run` of a command module. */
export type Run = (context: Context, options: Options) => Promise<Outcome>;

export interface Card {
  readonly name: string;
  /** For `db start` and the like: the name is `db`, the subcommands are cards. */
  readonly subcommands?: readonly Card[];
  /** One line, lower case, no full stop. */
  readonly summary: string;
  /** Paragraphs of `--help`. */
  readonly details?: string;
  readonly arguments?: readonly Argument[];
  readonly flags?: readonly Flag[];
  /** Ready to paste, each with its `strata`. */
  readonly examples?: readonly string[];
  /** True: works, but is not in the short list of `strata --help`. */
  readonly hidden?: boolean;
}
