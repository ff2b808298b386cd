/**
 * Completion scripts of four shells. All the same shape: the words before the cursor, flags left out, choose a list of
 * subcommands and flags; after a flag with choices, its choices.
 */
import { GLOBAL_FLAGS } from './cards.ts';
import type { Card, Flag } from './command.ts';

export type Shell = 'bash' | 'zsh' | 'fish' | 'powershell';

export const SHELLS: Readonly<Record<Shell, (cards: readonly Card[]) => string>> = { bash, zsh, fish, powershell };

/** What can follow some words: `''` is the beginning, `backup` its subcommands, `backup create` its flags. */
interface Node {
  readonly path: string;
  readonly words: readonly (readonly [string, string])[];
  readonly flags: readonly Flag[];
}

function nodes(cards: readonly Card[]): readonly Node[] {
  const below = (card: Card, above: readonly string[]): readonly Node[] => {
    const path = [...above, card.name];
    const subs = card.subcommands ?? [];
    const words = [...subs.map((sub) => [sub.name, sub.summary] as const), ...(ARGUMENTS[path.join(' ')] ?? [])];
    return [{ path: path.join(' '), words, flags: card.flags ?? [] }, ...subs.flatMap((sub) => below(sub, path))];
  };
  const shown = cards.filter((card) => !card.hidden);
  const words = shown.map((card) => [card.name, card.summary] as const);
  return [{ path: '', words, flags: [] }, ...shown.flatMap((card) => below(card, []))];
}

/** Arguments that are known beforehand. */
const ARGUMENTS: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  plan: [
    ['up', 'what would be applied'],
    ['down', 'what would be undone'],
  ],
  env: [['production', 'mark the database as production']],
  completion: ['bash', 'zsh', 'fish', 'powershell'].map((shell) => [shell, `script for ${shell}`] as const),
};

function choices(all: readonly Node[]): ReadonlyMap<string, readonly string[]> {
  const flags = [...GLOBAL_FLAGS, ...all.flatMap((node) => node.flags)];
  return new Map(flags.flatMap((flag) => (flag.choices ? [[flag.name, flag.choices]] : [])));
}

function valued(all: readonly Node[]): readonly string[] {
  const flags = [...GLOBAL_FLAGS, ...all.flatMap((node) => node.flags)];
  return [...new Set(flags.filter((flag) => flag.kind !== 'boolean').map((flag) => `--${flag.name}`))];
}

function flagNames(node: Node): readonly string[] {
  return [...node.flags, ...GLOBAL_FLAGS].map((flag) => `--${flag.name}`).concat('--help');
}

function bash(cards: readonly Card[]): string {
  const all = nodes(cards);
  const cases = all.map(
    (node) =>
      `    ${quoted(node.path)}) words=${quoted(node.words.map(([word]) => word).join(' '))}; flags=${quoted(flagNames(node).join(' '))} ;;`,
  );
  const values = [...choices(all)].map(
    ([flag, list]) => `    --${flag}) COMPREPLY=($(compgen -W ${quoted(list.join(' '))} -- "$cur")); return ;;`,
  );
  return `# strata completion for bash. Use it with: source <(strata completion bash)
_strata() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" path="" words="" flags="" skip="" i word
  case "$prev" in
${values.join('\n')}
    ${valued(all).join('|')}) COMPREPLY=($(compgen -f -- "$cur")); return ;;
  esac
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    if [[ -n "$skip" ]]; then skip=""; continue; fi
    case "$word" in
      ${valued(all).join('|')}) skip=1 ;;
      -*) ;;
      *) case "\${path:+$path }$word" in ${all
        .slice(1)
        .map((node) => quoted(node.path))
        .join('|')}) path="\${path:+$path }$word" ;; esac ;;
    esac
  done
  case "$path" in
${cases.join('\n')}
  esac
  if [[ "$cur" == -* ]]; then COMPREPLY=($(compgen -W "$flags" -- "$cur")); else COMPREPLY=($(compgen -W "$words" -- "$cur")); fi
}
complete -o default -F _strata strata
`;
}

function zsh(cards: readonly Card[]): string {
  const all = nodes(cards);
  const described = (pairs: readonly (readonly [string, string])[]) =>
    pairs.map(([word, text]) => quoted(`${word.replaceAll(':', '\\:')}:${text}`)).join(' ');
  const flags = (node: Node) =>
    described([...node.flags, ...GLOBAL_FLAGS].map((flag) => [`--${flag.name}`, flag.help] as const));
  const cases = all.map(
    (node) => `    ${quoted(node.path)}) words=(${described(node.words)}); flags=(${flags(node)}) ;;`,
  );
  const values = [...choices(all)].map(([flag, list]) => `    --${flag}) compadd -- ${list.join(' ')}; return ;;`);
  return `#compdef strata
# strata completion for zsh. Use it with: source <(strata completion zsh)
_strata() {
  local cmdpath="" skip="" word
  local -a words_before words flags
  words_before=("\${(@)words[2,CURRENT-1]}")
  local current="\${words[CURRENT]}" previous="\${words[CURRENT-1]}"
  words=()
  case "$previous" in
${values.join('\n')}
    ${valued(all).join('|')}) _files; return ;;
  esac
  for word in "\${words_before[@]}"; do
    if [[ -n "$skip" ]]; then skip=""; continue; fi
    case "$word" in
      ${valued(all).join('|')}) skip=1 ;;
      -*) ;;
      *) case "\${cmdpath:+$cmdpath }$word" in ${all
        .slice(1)
        .map((node) => quoted(node.path))
        .join('|')}) cmdpath="\${cmdpath:+$cmdpath }$word" ;; esac ;;
    esac
  done
  case "$cmdpath" in
${cases.join('\n')}
  esac
  if [[ "$current" == -* ]]; then _describe flag flags; elif (( \${#words} )); then _describe command words; else _files; fi
}
compdef _strata strata
`;
}

function fish(cards: readonly Card[]): string {
  const all = nodes(cards);
  const lines = ['# strata completion for fish. Use it with: strata completion fish | source', 'complete -c strata -f'];
  for (const flag of GLOBAL_FLAGS) lines.push(`complete -c strata ${fishFlag(flag)}`);
  for (const node of all) {
    const words = node.path === '' ? [] : node.path.split(' ');
    const names = node.words.map(([word]) => word);
    const seen = words.map((word) => `__fish_seen_subcommand_from ${word}`);
    const here = seen.length === 0 ? '__fish_use_subcommand' : seen.join('; and ');
    const fresh =
      words.length > 0 && names.length > 0 ? `${here}; and not __fish_seen_subcommand_from ${names.join(' ')}` : here;
    for (const [word, text] of node.words)
      lines.push(`complete -c strata -n ${quoted(fresh)} -a ${word} -d ${quoted(text)}`);
    for (const flag of node.flags) lines.push(`complete -c strata -n ${quoted(here)} ${fishFlag(flag)}`);
  }
  return `${lines.join('\n')}\n`;
}

function fishFlag(flag: Flag): string {
  const short = flag.short ? ` -s ${flag.short}` : '';
  const value = flag.kind === 'boolean' ? '' : flag.choices ? ` -x -a ${quoted(flag.choices.join(' '))}` : ' -r -F';
  return `-l ${flag.name}${short}${value} -d ${quoted(flag.help)}`;
}

function powershell(cards: readonly Card[]): string {
  const all = nodes(cards);
  const entry = (pairs: readonly (readonly [string, string])[]) =>
    `@(${pairs.map(([word, text]) => `@(${single(word)}, ${single(text)})`).join(', ')})`;
  const tree = all.map((node) => {
    const flags = [...node.flags, ...GLOBAL_FLAGS].map((flag) => [`--${flag.name}`, flag.help] as const);
    return `    ${single(node.path)} = ${entry([...node.words, ...flags])}`;
  });
  const values = [...choices(all)].map(
    ([flag, list]) => `    ${single(`--${flag}`)} = @(${list.map(single).join(', ')})`,
  );
  return `# strata completion for PowerShell. Use it with: strata completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName strata -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $tree = @{
${tree.join('\n')}
  }
  $choices = @{
${values.join('\n')}
  }
  $before = @($commandAst.CommandElements | Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | Select-Object -Skip 1 | ForEach-Object { $_.ToString() })
  if ($before.Count -gt 0 -and $choices.ContainsKey($before[-1])) {
    $choices[$before[-1]] | Where-Object { $_ -like "$wordToComplete*" } | ForEach-Object { [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_) }
    return
  }
  $path = ''
  foreach ($word in $before) {
    $next = if ($path) { "$path $word" } else { $word }
    if ($tree.ContainsKey($next)) { $path = $next }
  }
  $tree[$path] | Where-Object { $_.Count -eq 2 -and $_[0] -like "$wordToComplete*" } | ForEach-Object {
    [System.Management.Automation.CompletionResult]::new($_[0], $_[0], 'ParameterValue', $_[1])
  }
}
`;
}

/** For bash, zsh and fish: single quotes, an apostrophe as \`'\\''\`. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** For PowerShell: an apostrophe doubled. */
function single(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
