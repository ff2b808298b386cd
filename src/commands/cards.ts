/** Every command as data, in the order of `strata --help`. The work behind each is in registry.ts. */
import { FORMATS } from '../report/report.ts';
import { CHECK_CARDS } from './cards/checks.ts';
import { DATA_CARDS } from './cards/data.ts';
import { FILES_CARDS } from './cards/files.ts';
import { MIGRATION_CARDS } from './cards/migrations.ts';
import { PROJECT_CARDS } from './cards/project.ts';
import { WAL_CARD } from './cards/wal.ts';
import type { Card, Flag } from './command.ts';

export const CARDS: readonly Card[] = [
  ...PROJECT_CARDS.slice(0, 1),
  ...MIGRATION_CARDS,
  ...CHECK_CARDS,
  ...DATA_CARDS,
  WAL_CARD,
  ...FILES_CARDS,
  ...PROJECT_CARDS.slice(1),
];

/** Flags of every command, before or after its name. */
export const GLOBAL_FLAGS: readonly Flag[] = [
  { name: 'database-url', kind: 'string', value: 'url', help: 'the database to work on; hides DATABASE_URL' },
  { name: 'env', kind: 'string', value: 'name', help: "one of the configuration's environments" },
  { name: 'config', kind: 'string', value: 'file', help: 'configuration file; default: strata.config.*' },
  { name: 'cwd', kind: 'string', value: 'dir', help: 'work in another project folder' },
  {
    name: 'format',
    kind: 'string',
    value: 'format',
    choices: FORMATS,
    help: 'how to print the result',
  },
  {
    name: 'report',
    kind: 'repeat',
    value: 'format=file',
    help: 'write the result to a file as well, in another format; may be given several times',
  },
  { name: 'json', kind: 'boolean', help: 'the same as --format json' },
  { name: 'no-color', kind: 'boolean', help: 'no colours, as with NO_COLOR' },
  { name: 'quiet', kind: 'boolean', short: 'q', help: 'no progress and no notes' },
  { name: 'verbose', kind: 'boolean', short: 'v', help: 'causes and stack traces of errors' },
];

/** A command that can be called: its card, and its words (`['db', 'start']`). */
export interface Leaf {
  readonly path: readonly string[];
  readonly card: Card;
}

/** All commands that can be called, subcommands included. */
export function leaves(cards: readonly Card[] = CARDS, above: readonly string[] = []): readonly Leaf[] {
  return cards.flatMap((card) => {
    const path = [...above, card.name];
    return card.subcommands ? leaves(card.subcommands, path) : [{ path, card }];
  });
}
