/** `completion`: a script for the reader's shell, written from the cards, so that it never lags behind the commands. */
import { ToolError } from '../base/errors.ts';
import { outcome } from '../base/finding.ts';
import { CARDS } from './cards.ts';
import type { Run } from './command.ts';
import { SHELLS, type Shell } from './shells.ts';

export const run: Run = async (_context, { args }) => {
  const [wanted = ''] = args;
  if (!Object.hasOwn(SHELLS, wanted)) {
    throw new ToolError('USAGE', `no completion for the shell "${wanted}"`, {
      hint: `It can be ${Object.keys(SHELLS).join(', ')}.`,
    });
  }
  const script = SHELLS[wanted as Shell](CARDS);
  return outcome({ shell: wanted, script }, [{ kind: 'verbatim', text: script }]);
};
