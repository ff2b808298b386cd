/**
 * Cards to commander, argv to an Invocation. The only importer of commander, which here only parses: help is ours
 * (help.ts), and nothing runs inside an action.
 */
import { Command, CommanderError, Option } from 'commander';
import { closest } from '../base/closest.ts';
import { ToolError } from '../base/errors.ts';
import { CARDS, GLOBAL_FLAGS, leaves } from '../commands/cards.ts';
import type { Argument, Card, Flag, Options } from '../commands/command.ts';

export interface Invocation {
  /** The words of the command: `['db', 'start']`; empty when there was none. */
  readonly path: readonly string[];
  /** Null when the path is a group (`db`) or empty. */
  readonly card: Card | null;
  readonly options: Options;
  /** Values of flags that override the configuration, by dotted key. */
  readonly overrides: Readonly<Record<string, unknown>>;
  readonly globals: Globals;
}

export interface Globals {
  readonly databaseUrl?: string;
  readonly env?: string;
  readonly config?: string;
  readonly cwd?: string;
  readonly format?: string;
  readonly report?: readonly string[];
  readonly json?: boolean;
  readonly color?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
}

/** Throws USAGE, with did-you-mean, when the words cannot be understood. */
export function parseArguments(argv: readonly string[]): Invocation {
  let called: { card: Card; path: readonly string[]; command: Command } | undefined;
  const root = new Command('strata');
  addFlags(root, GLOBAL_FLAGS);
  quiet(root);
  const add = (parent: Command, card: Card, above: readonly string[]): void => {
    const path = [...above, card.name];
    const command = quiet(parent.command(card.name));
    for (const argument of card.arguments ?? []) command.argument(argumentText(argument));
    addFlags(command, card.flags ?? []);
    for (const sub of card.subcommands ?? []) add(command, sub, path);
    command.action(() => {
      called = { card, path, command };
    });
    if (card.subcommands) command.allowExcessArguments().argument('[command]');
  };
  for (const card of CARDS) add(root, card, []);
  root
    .action(() => undefined)
    .allowExcessArguments()
    .argument('[command]');
  try {
    root.parse([...argv], { from: 'user' });
  } catch (thrown) {
    throw thrown instanceof CommanderError ? usageError(thrown, argv) : thrown;
  }
  const globals = root.opts() as Globals;
  if (!called) return nothingCalled(root.args, globals);
  if (called.card.subcommands) return groupCalled(called.path, called.card, called.command.args, globals);
  return invocation(called.path, called.card, called.command, globals);
}

function quiet(command: Command): Command {
  return command
    .exitOverride()
    .helpOption(false)
    .helpCommand(false)
    .showSuggestionAfterError(false)
    .configureOutput({ writeErr: () => undefined, writeOut: () => undefined });
}

function argumentText({ name, required, variadic }: Argument): string {
  const text = variadic ? `${name}...` : name;
  return required ? `<${text}>` : `[${text}]`;
}

function addFlags(command: Command, flags: readonly Flag[]): void {
  for (const flag of flags) {
    const names = flag.short ? `-${flag.short}, --${flag.name}` : `--${flag.name}`;
    const value = flag.kind === 'boolean' ? '' : ` <${flag.value ?? 'value'}${flag.kind === 'list' ? '...' : ''}>`;
    command.addOption(new Option(`${names}${value}`).argParser(flag.kind === 'boolean' ? asIs : parser(flag)));
  }
}

function asIs(value: string): string {
  return value;
}

/** Values are checked here, where the flag's own name can stand in the message. */
function parser(flag: Flag): (text: string, before: unknown) => unknown {
  return (text, before) => {
    if (flag.choices && !flag.choices.includes(text)) {
      const near = closest(text, flag.choices);
      throw new ToolError('USAGE', `--${flag.name} cannot be "${text}"`, {
        hint: near ? `Did you mean "${near}"?` : `It can be ${flag.choices.join(', ')}.`,
      });
    }
    if (flag.kind === 'list' || flag.kind === 'repeat')
      return [...(Array.isArray(before) ? (before as string[]) : []), text];
    if (flag.kind !== 'integer') return text;
    if (/^\d{1,15}$/.test(text)) return Number(text);
    throw new ToolError('USAGE', `--${flag.name} needs a whole number, not "${text}"`, {
      hint: `For example: --${flag.name} 5`,
    });
  };
}

function invocation(path: readonly string[], card: Card, command: Command, globals: Globals): Invocation {
  const given = command.opts() as Record<string, unknown>;
  const overrides: Record<string, unknown> = {};
  const options: Record<string, unknown> = {};
  for (const flag of card.flags ?? []) {
    const key = camelCase(flag.name);
    const value = flag.name.startsWith('no-') ? negated(given, flag.name) : given[key];
    if (value === undefined) continue;
    if (flag.config) overrides[flag.config] = value;
    else options[key] = value;
  }
  return { path, card, options: { ...options, args: command.args }, overrides, globals };
}

/** Commander takes `--no-cache` for the opposite of a flag `cache`, which is true without it. */
function negated(given: Readonly<Record<string, unknown>>, name: string): true | undefined {
  return given[camelCase(name.slice('no-'.length))] === false ? true : undefined;
}

export function camelCase(name: string): string {
  return name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function nothingCalled(args: readonly string[], globals: Globals): Invocation {
  const [word] = args;
  if (word === undefined) return { path: [], card: null, options: { args: [] }, overrides: {}, globals };
  throw unknownCommand(word, [], CARDS);
}

function groupCalled(path: readonly string[], card: Card, args: readonly string[], globals: Globals): Invocation {
  const [word] = args;
  if (word !== undefined) throw unknownCommand(word, path, card.subcommands ?? []);
  return { path, card: null, options: { args: [] }, overrides: {}, globals };
}

export function unknownCommand(word: string, above: readonly string[], cards: readonly Card[]): ToolError {
  const words = ['strata', ...above].join(' ');
  const near = closest(
    word,
    cards.map((card) => card.name),
  );
  const hint = near ? `Did you mean: ${words} ${near}` : `All commands: ${words} --help`;
  return new ToolError('USAGE', `unknown command "${word}"`, { hint });
}

function usageError(error: CommanderError, argv: readonly string[]): ToolError {
  const words = commandWords(argv);
  const name = ['strata', ...words].join(' ');
  const help = `See: ${name} --help`;
  const message = error.message.replace(/^error: /, '').replaceAll("'", '"');
  if (error.code !== 'commander.unknownOption') return new ToolError('USAGE', message, { hint: help });
  const word = /"(-[^"]*)"/.exec(message)?.[1] ?? '';
  const own = leaves().find(({ path }) => path.join(' ') === words.join(' '))?.card.flags ?? [];
  const near = closest(
    word.replace(/^-+/, ''),
    [...own, ...GLOBAL_FLAGS].map((flag) => flag.name),
  );
  return new ToolError('USAGE', `unknown flag "${word}"`, { hint: near ? `Did you mean --${near}?` : help });
}

/** The words at the front of argv that name a command, flags and their values left out as far as can be known. */
export function commandWords(argv: readonly string[]): readonly string[] {
  const words: string[] = [];
  let cards: readonly Card[] = CARDS;
  for (const [index, word] of argv.entries()) {
    if (word.startsWith('-') || takesValue(argv[index - 1])) continue;
    const card = cards.find(({ name }) => name === word);
    if (!card) break;
    words.push(word);
    cards = card.subcommands ?? [];
  }
  return words;
}

function takesValue(word: string | undefined): boolean {
  return GLOBAL_FLAGS.some((flag) => flag.kind !== 'boolean' && word === `--${flag.name}`);
}
