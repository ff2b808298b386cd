/** docs/cli.md and docs/errors.md, printed from the cards, the configuration's schema and the table of codes. */
import { CODES, type Code, EXIT } from '../../src/base/errors.ts';
import { helpText } from '../../src/cli/help.ts';
import { leaves } from '../../src/commands/cards.ts';
import { configKeys } from '../../src/config/json-schema.ts';
import { DEFAULTS } from '../../src/config/schema.ts';
import { FORMATS } from '../../src/report/report.ts';

const PRINTED = '<!-- Printed from the code. Renew with: npm run golden -->';

const MEANINGS: Readonly<Record<keyof typeof EXIT, string>> = {
  done: 'done, or nothing to do',
  findings: 'a check found something; the findings are printed',
  usage: 'the command line or the configuration is wrong',
  connection: 'cannot connect, or the server is the wrong one',
  locked: 'another run holds the migration lock',
  failed: 'a migration failed; the message says what state that leaves',
  refused: 'refused for safety; the hint says which flag allows it',
  program: 'a needed program is missing or too old',
  bug: 'a bug in strata; the message says how to report it',
};

export function cliReference(): string {
  return `${PRINTED}

# The command line

\`\`\`text
${helpText([])?.trimEnd()}
\`\`\`

Data goes to stdout, messages and progress to stderr. Nothing ever asks a question. Colours follow the terminal,
\`NO_COLOR\`, \`FORCE_COLOR\` and \`--no-color\`. Ctrl-C stops at the next safe point, a second one at once.

## Which database

1. \`--database-url\`: \`postgresql://user@host:5432/database\`, or libpq's \`key=value\` words
2. \`DATABASE_URL\`
3. libpq's variables: any of \`PGHOST\`, \`PGHOSTADDR\`, \`PGPORT\`, \`PGDATABASE\`, \`PGSERVICE\`
4. \`environments.<name>\` of the configuration, chosen with \`--env\`
5. the embedded PostgreSQL of the project, started on demand, with its data in \`${DEFAULTS.embedded.dir}/\`

What a source leaves out comes from the service file (\`PGSERVICE\`), then from \`PGUSER\`, \`PGPASSWORD\`, \`PGSSLMODE\` and the other
variables of libpq, then from its defaults; the password last from \`.pgpass\`, which nobody else may be able to read (0600).

## Configuration

\`strata.config.ts\`, \`.mts\`, \`.js\`, \`.mjs\` or \`.json\`, or \`"strata"\` in package.json. A key of the file is overruled by its variable,
and that by a flag. Lists in variables are separated by commas, or JSON arrays where an element holds one; maps are JSON. \`STRATA_CONFIG\` and \`STRATA_ENV\` stand for
\`--config\` and \`--env\`. The JSON Schema for editors is \`node_modules/strata-pg/dist/config.schema.json\`.

| key | default | variable | meaning |
|---|---|---|---|
${configKeys().map(keyRow).join('\n')}

## Exit status

| status | meaning |
|---|---|
${Object.entries(MEANINGS)
  .map(([name, meaning]) => `| ${EXIT[name as keyof typeof EXIT]} | ${meaning} |`)
  .join('\n')}
| 130 | Ctrl-C ended a command that had nothing to undo |

## Output

\`--format ${FORMATS.join('|')}\`; \`--json\` is \`--format json\`, one object on one line:

\`\`\`json
{"strata": "0.1.0", "command": "verify", "ok": false,
 "findings": [{"code": "…", "level": "error|warning|note", "subject": "…", "message": "…", "hint": "…",
               "place": {"file": "…", "line": 1, "column": 1}, "fingerprint": "…"}],
 "data": {}}
\`\`\`

A command that could not finish adds \`"error": {"code", "message", "detail", "hint", "exit"}\`; the codes are in [errors.md](errors.md).
Passwords and e-mail addresses are masked in everything but the data that were asked for.

- \`--report format=file\` writes the same result to a file as well, as often as it is given: one run is a log for people and files for
  whoever reads them. A file that cannot be written is an error (REPORT_UNWRITTEN).
- \`github\` marks lines of a pull request and, where \`GITHUB_STEP_SUMMARY\` names a file, adds what was judged and all findings, with links, to the
  job's summary. \`gitlab\` is a Code Quality report. \`sarif\` is valid by the schema of 2.1.0.
- \`github\`, \`gitlab\` and \`sarif\` name files as the repository knows them (\`GITHUB_WORKSPACE\`, \`CI_PROJECT_DIR\`), also when the project is a folder
  in it; in \`gitlab\` and \`sarif\`, which want a file of everything, findings about no file are at \`strata.lock.json\`.

## What check remembers

\`strata check\` keeps its clean results (no error, no warning, no note) in \`${DEFAULTS.embedded.dir}/cache/check/\`, each under a hash of all that it rests on:

| check | rests on |
|---|---|
| all | the configuration but for its databases, the build of strata, the version of Node |
| lint, cycle, types | every file below \`migrations\` and \`sql\`, what its modules import, records of the installed packages, \`package.json\`, \`tsconfig.json\` |
| seed | every file below \`seeds\` |
| types | the generated files |
| cycle, types | the server: version and platform, extensions it offers, roles, encoding and locale of new databases, settings of sessions |

A module that reads files, variables or the network, or imports what is not installed from a registry, cannot be told by its text: its checks are done
each time, and the report says why. \`verify\`, and everything that \`--live\` adds, is always done. A record that is damaged is ignored. Not part
of the key: what lies on the disk of the server, and the clock. CI may keep the folder between runs; results are found by content, so a cache of
another branch does no harm. \`--no-cache\` neither reads nor writes it.

## Commands
${leaves()
  .map(({ path }) => section(path))
  .join('')}`;
}

function keyRow({ path, variable, schema }: ReturnType<typeof configKeys>[number]): string {
  const value = path.split('.').reduce<unknown>((here, key) => (here as Record<string, unknown>)[key], DEFAULTS);
  const choices = schema.enum ? ` (${schema.enum.join(', ')})` : '';
  return `| \`${path}\` | \`${JSON.stringify(value)}\` | \`${variable}\` | ${schema.description}${choices} |`;
}

/** The help of one command, without the flags that every command has. */
function section(path: readonly string[]): string {
  const text = (helpText(path) ?? '').replace(/Flags of every command\n(?: {2}.*\n)+\n?/, '').trimEnd();
  return `\n### strata ${path.join(' ')}\n\n\`\`\`text\n${text}\n\`\`\`\n`;
}

export function errorsReference(): string {
  const rows = (Object.keys(CODES) as Code[]).map(
    (code) => `| \`${code}\` | ${CODES[code].exit} | ${CODES[code].title} |`,
  );
  return `${PRINTED}

# Error codes

Every error that stops a command has one of these codes, in brackets behind the message and as \`error.code\` of \`--json\`. A code
never changes its meaning; the status is that of the process.

| code | status | meaning |
|---|---|---|
${rows.join('\n')}
`;
}
