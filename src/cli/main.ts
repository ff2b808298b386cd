/** argv to command, Outcome to exit status. `--version` and `--help` are answered before anything heavy is loaded. */
import { ToolError } from '../base/errors.ts';
import { VERSION } from '../base/version.ts';
import { leave, openScreen, type Screen } from './screen.ts';
import { listenForSignals } from './signals.ts';

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
  const asked = before.includes('--help') || before.includes('-h');
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
    const invocation = parseArguments(argv[0] === 'help' ? argv.slice(1) : argv);
    if (invocation.card) {
      const signal = listenForSignals(screen.err);
      return await runInvocation(invocation, { screen, signal, env: process.env });
    }
    const words = ['strata', ...invocation.path].join(' ');
    throw new ToolError('USAGE', 'a command is missing', { hint: `All commands: ${words} --help` });
  } catch (thrown) {
    const { failureOf } = await import('./failure.ts');
    const failure = failureOf(thrown, { interrupted: false });
    const format = argv.includes('--json') || argv.join('=').includes('--format=json') ? 'json' : 'table';
    await reportFailure(failure, { command: commandWords(argv).join(' '), format, verbose: false, screen });
    return failure.exit;
  }
}
