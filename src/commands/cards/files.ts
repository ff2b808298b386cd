/** Cards of the commands about the application's files in object storage. */
import type { Card, Flag } from '../command.ts';

const ENDPOINT: Flag = {
  name: 'endpoint',
  kind: 'string',
  value: 'url',
  config: 'files.endpoint',
  help: 'https://host of the storage',
};

export const FILES_CARDS: readonly Card[] = [
  {
    name: 'files',
    summary: "the application's files: signed URLs, and what is lost in bucket or table",
    subcommands: [
      {
        name: 'url',
        summary: 'a URL to read or write one object without credentials',
        details:
          'Works for 300 seconds, or --expires. With --put it takes one object of exactly that type and\n' +
          'size; --json has the headers that must be sent with it.',
        arguments: [
          { name: 'bucket', required: true, help: 'its name in the table, or its own' },
          { name: 'key', required: true, help: 'key of the object' },
        ],
        flags: [
          { name: 'put', kind: 'boolean', help: 'to write it' },
          { name: 'type', kind: 'string', value: 'type', help: 'Content-Type, with --put' },
          { name: 'size', kind: 'integer', value: 'bytes', help: 'its size, with --put' },
          { name: 'expires', kind: 'integer', value: 's', help: 'seconds that it works, at most 604800; default 300' },
          ENDPOINT,
        ],
        examples: ['strata files url user-avatars 7/avatar.png'],
      },
      {
        name: 'orphans',
        summary: 'objects without a row, and rows without an object; deletes nothing',
        details:
          'Compares each bucket with the table of files (files.table, files.columns), both in the order of\n' +
          'keys, so memory does not grow with them. Exit status 1 when anything is found.',
        arguments: [
          {
            name: 'bucket',
            required: false,
            variadic: true,
            help: 'only these; default: those of files.buckets, else those that rows name',
          },
        ],
        flags: [
          {
            name: 'min-age',
            kind: 'integer',
            value: 'h',
            help: 'hours; younger ones may belong to an upload under way; default 24',
          },
          ENDPOINT,
        ],
        examples: ['strata files orphans', 'strata files orphans user-avatars --min-age 1'],
      },
    ],
  },
];
