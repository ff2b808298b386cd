/** Card of the command that erases a person. */
import type { Card } from '../command.ts';
import { BACKUP_DIR, CONFIRM } from './flags.ts';

export const SUBJECT: Card = {
  name: 'subject',
  summary: 'erase a person, and keep backups from bringing that person back',
  subcommands: [
    {
      name: 'erase',
      summary: "run the project's erasure script for one subject, and list it beside the backups",
      details:
        "The script is sql/erasure/NAME.sql and reads the key with current_setting('strata.subject'). It runs in one\n" +
        'transaction; before that commits, the key is on the list (erasures.jsonl in the folder of backups), and every\n' +
        'restore and drill repeats the list before the restored database gets its name.',
      arguments: [{ name: 'key', required: false, help: 'whom: what the script takes, such as the id of a user' }],
      flags: [
        { name: 'script', kind: 'string', value: 'name', help: 'which script; default: the only one' },
        {
          name: 'listed',
          kind: 'boolean',
          help: 'repeat every erasure of the list, after a recovery to a moment, say',
        },
        {
          name: 'of',
          kind: 'string',
          value: 'database',
          help: 'with --listed: those of the database of that name; default: of the one connected to',
        },
        { name: 'dry-run', kind: 'boolean', help: 'show the script and the key, and touch nothing' },
        BACKUP_DIR,
        CONFIRM,
      ],
      examples: ['strata subject erase 4711 --dry-run', 'strata subject erase 4711 --confirm shop'],
    },
  ],
};
