/** Cards of the commands about the project itself: its files, its server, its shell. */
import type { Card } from '../command.ts';
import { CONFIRM } from './flags.ts';

export const PROJECT_CARDS: readonly Card[] = [
  {
    name: 'init',
    summary: 'set up a project: config, folders, first migration, scripts, CI',
    details: 'Works in an empty or an existing project. Never overwrites a file; safe to run again.',
    flags: [
      {
        name: 'template',
        kind: 'string',
        value: 'name',
        choices: ['empty', 'marketplace'],
        help: 'marketplace: copy its migrations, sql and seeds',
      },
    ],
    examples: ['strata init', 'strata init --template marketplace'],
  },
  {
    name: 'env',
    summary: 'show or set the mark of a database',
    details:
      'The mark is kept inside the database itself. One that is marked as production refuses to lose data without ' +
      '--confirm and its name.',
    arguments: [{ name: 'mark', required: false, help: 'production, staging, development, …; none shows the mark' }],
    flags: [CONFIRM],
    examples: ['strata env', 'strata env production'],
  },
  {
    name: 'db',
    summary: 'the embedded PostgreSQL of this project',
    subcommands: [
      { name: 'start', summary: 'start it and leave it running' },
      { name: 'stop', summary: 'stop it; its data stay' },
      { name: 'url', summary: 'print its connection URL', examples: ['psql "$(strata db url)"'] },
      {
        name: 'psql',
        summary: 'open psql on it',
        arguments: [{ name: 'argument', required: false, variadic: true, help: 'passed to psql, after --' }],
      },
      { name: 'reset', summary: 'drop and create its database', flags: [CONFIRM] },
    ],
  },
  {
    name: 'completion',
    summary: 'completion script for your shell',
    arguments: [{ name: 'shell', required: true, help: 'bash, zsh, fish or powershell' }],
    examples: ['source <(strata completion bash)', 'strata completion fish | source'],
  },
  {
    name: 'start',
    summary: 'the whole journey on the embedded server: migrate, verify, seed, back up, restore',
    hidden: true,
  },
];
