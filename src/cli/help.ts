/** `--help` from the cards: no commander needed, so that it is as quick as Node itself. docs/cli.md is printed from it. */
import { CARDS, GLOBAL_FLAGS } from '../commands/cards.ts';
import type { Argument, Card, Flag } from '../commands/command.ts';

export interface HelpStyle {
  readonly strong: (text: string) => string;
  readonly quiet: (text: string) => string;
  /** Columns of the terminal. */
  readonly width: number;
}

export const PLAIN: HelpStyle = { strong: (text) => text, quiet: (text) => text, width: 100 };

/** Colour and width as the terminal has them. Written out here because loading the colour library takes longer than the help. */
export function helpStyle(out: { readonly color: boolean; readonly width: number | undefined }): HelpStyle {
  const around = (code: number) => (text: string) => (out.color ? `\u001b[${code}m${text}\u001b[22m` : text);
  return { strong: around(1), quiet: around(2), width: Math.min(out.width ?? PLAIN.width, 120) };
}

/** The words of argv that name a command: everything before the first word that does not. */
export function helpWords(argv: readonly string[]): readonly string[] {
  const words = argv.filter((word) => !word.startsWith('-'));
  const path: string[] = [];
  let cards: readonly Card[] = CARDS;
  for (const word of words[0] === 'help' ? words.slice(1) : words) {
    const card = cards.find(({ name }) => name === word);
    // `strata nosuch --help` must not look like success: the unknown word makes helpText give undefined.
    if (!card) return path.length === 0 || cards.length > 0 ? [...path, word] : path;
    path.push(word);
    cards = card.subcommands ?? [];
  }
  return path;
}

const INTRO = 'strata: checksummed migrations, verified catalogs, proved backups and generated types for PostgreSQL';

/** Help of the command that the words name; of strata itself without words. Undefined when there is no such command. */
export function helpText(path: readonly string[], style: HelpStyle = PLAIN): string | undefined {
  if (path.length === 0) return overview(style);
  let cards: readonly Card[] = CARDS;
  let card: Card | undefined;
  for (const word of path) {
    card = cards.find(({ name }) => name === word);
    if (!card) return undefined;
    cards = card.subcommands ?? [];
  }
  return card && commandHelp(path, card, style);
}

function overview(style: HelpStyle): string {
  const commands = CARDS.filter((card) => !card.hidden).map((card): Row => [usage([card.name], card), card.summary]);
  return sections(style, [
    [null, INTRO],
    ['Usage', indent('strata <command> [flags]')],
    ['Commands', table(commands, style)],
    ['Flags of every command', table(flagRows(GLOBAL_FLAGS), style)],
    [
      null,
      style.quiet(
        'Which database: --database-url, DATABASE_URL, PGHOST and its family, --env, else the embedded PostgreSQL.\n' +
          'More about one command: strata <command> --help',
      ),
    ],
  ]);
}

function commandHelp(path: readonly string[], card: Card, style: HelpStyle): string {
  const sub = (card.subcommands ?? []).map((one): Row => [usage([one.name], one), one.summary]);
  const args = (card.arguments ?? []).map((argument): Row => [argumentText(argument), argument.help]);
  return sections(style, [
    [null, sentence(card.summary)],
    ['Usage', indent(`strata ${usage(path, card)}${card.subcommands ? ' <command>' : ''} [flags]`)],
    [null, card.details ? wrap(card.details, style.width).join('\n') : ''],
    ['Commands', table(sub, style)],
    ['Arguments', table(args, style)],
    ['Flags', table(flagRows(card.flags ?? []), style)],
    ['Flags of every command', table(flagRows(GLOBAL_FLAGS), style)],
    ['Examples', (card.examples ?? []).map(indent).join('\n')],
  ]);
}

type Row = readonly [string, string];

function sections(style: HelpStyle, parts: readonly (readonly [string | null, string])[]): string {
  return parts
    .filter(([, body]) => body !== '')
    .map(([title, body]) => (title === null ? body : `${style.strong(title)}\n${body}`))
    .join('\n\n')
    .concat('\n');
}

function usage(path: readonly string[], card: Card): string {
  return [...path, ...(card.arguments ?? []).map(argumentText)].join(' ');
}

function argumentText({ name, required, variadic }: Argument): string {
  const text = variadic ? `${name}…` : name;
  return required ? `<${text}>` : `[${text}]`;
}

export function flagText(flag: Flag): string {
  const value = flag.kind === 'boolean' ? '' : ` <${flag.value ?? 'value'}>`;
  return `${flag.short ? `-${flag.short}, ` : ''}--${flag.name}${value}`;
}

function flagRows(flags: readonly Flag[]): readonly Row[] {
  return flags.map((flag): Row => {
    const choices = flag.choices ? ` (${flag.choices.join(', ')})` : '';
    return [flagText(flag), `${flag.help}${choices}`];
  });
}

function table(rows: readonly Row[], style: HelpStyle): string {
  const first = Math.min(34, Math.max(0, ...rows.map(([left]) => left.length)));
  const rest = Math.max(24, style.width - first - 4);
  return rows
    .map(([left, right]) => {
      const lines = wrap(right, rest).map((line, index) => (index === 0 ? line : `${' '.repeat(first + 4)}${line}`));
      const gap = left.length > first ? `\n${' '.repeat(first + 4)}` : ' '.repeat(first - left.length + 2);
      return `  ${left}${gap}${lines.join('\n')}`;
    })
    .join('\n');
}

function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + word.length + 1 > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

function indent(text: string): string {
  return `  ${text}`;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
