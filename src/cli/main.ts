/** argv to command, Outcome to exit status. `--version` and `--help` are answered before anything heavy is loaded. */
import { ToolError } from '../base/errors.ts';
import { VERSION } from '../base/version.ts';
import { leave, openScreen, type Screen } from './screen.ts';
import { listenForSignals } from './signals.ts';

const HELP: ReadonlySet<string> = new Set(['--help', '-h']);

void main(process.argv.slice(2));

async function main(argv: readonly string[]): Promise<void> {
  const screen = openScreen(process.env, argv.includes('--no-color') ? false : undefined);
  if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) screen.out.write(`${VERSION}\n`);
  else await leave((await help(argv, screen)) ?? (await command(argv, screen)));
}

/** Prints help when it is asked for and gives the exit status; undefined when it is not. */
async function help(argv: readonly string[], { out }: Screen): Promise<number | undefined> {
  const end = argv.indexOf('--');
  const before = end < 0 ? argv : argv.slice(0, end);
  const asked = before.some((word) => HELP.has(word));
  if (!asked && before[0] !== 'help' && before.length > 0) return undefined;
  const { helpText, helpWords, helpStyle } = await import('./help.ts');
  const text = helpText(helpWords(before), helpStyle(out));
  if (text === undefined) return undefined;
  out.write(text);
  // Without a command there is nothing to do: that is help, but not success.
  return before.length > 0 ? 0 : 2;
}

async function command(argv: readonly string[], screen: Screen): Promise<number> {
  const { parseArguments, commandWords } = await import('./program.ts');
  const { runInvocation, reportFailure } = await import('./run.ts');
  try {
    // Help was asked for something that does not exist: what that is shall be the complaint, not the flag.
    const words = argv.filter((word, index) => !HELP.has(word) && !(index === 0 && word === 'help'));
    const invocation = parseArguments(argv.includes('--') ? argv : words);
    if (invocation.card) {
      const signal = listenForSignals(screen.err);
      return await runInvocation(invocation, { screen, signal, env: process.env });
    }
    const name = ['strata', ...invocation.path].join(' ');
    throw new ToolError('USAGE', 'a command is missing', { hint: `All commands: ${name} --help` });
  } catch (thrown) {
    const { failureOf } = await import('./failure.ts');
    const failure = failureOf(thrown, { interrupted: false });
    const format = argv.includes('--json') || argv.join('=').includes('--format=json') ? 'json' : 'table';
    const where = { root: process.cwd(), env: process.env };
    await reportFailure(failure, { command: commandWords(argv).join(' '), format, verbose: false, screen, ...where });
    return failure.exit;
  }
}
