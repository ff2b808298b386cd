/**
 * `strata types` as a whole process against a bare Node process that asks the catalog for the same facts, and against the
 * generators found in STRATA_BENCH_PEERS (a folder whose node_modules holds them); then what the compiler takes for the file.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { compare, seconds, usage } from './measure.js';
import { fill } from './snapshot.js';

/** One round trip: columns with their types, constraints, comments, views and functions. */
const BARE_CATALOG = `const pg = require('pg');
const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
client.connect().then(() => client.query(\`
  SELECT attrelid, attname, format_type(atttypid, atttypmod), attnotnull, attidentity, attgenerated, pg_get_expr(adbin, adrelid), col_description(attrelid, attnum)
    FROM pg_attribute JOIN pg_class c ON c.oid = attrelid LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v', 'm', 'p') AND attnum > 0;
  SELECT conrelid, conname, contype, conkey, confrelid, confkey, pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace;
  SELECT oid, proname, pg_get_function_arguments(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace;
  SELECT oid, typname, typtype FROM pg_type WHERE typnamespace = 'public'::regnamespace\`)).then(() => client.end());`;

/** Ours on the machine where the floor was measured, over that floor: 0.20/0.11, 0.40/0.22, 0.85/0.49. */
const SIZES = [
  [45, 1.82],
  [500, 1.82],
  [2000, 1.73],
];

export async function benchTypes({ home, freshDatabase, strata, node, rounds, report, note }) {
  for (const [count, limit] of SIZES) {
    const url = freshDatabase(`types_${count}`);
    await fill(url, count);
    const folder = join(home, `types_${count}`);
    mkdirSync(folder, { recursive: true });
    const env = { DATABASE_URL: url, NODE_PATH: resolve('node_modules') };
    const live = strata(['types'], folder, env);
    const from = strata(['types', '--from', 'snapshot.json', '--out', 'from.ts'], folder);
    const bare = { name: 'bare node: catalog query', run: node('-e', BARE_CATALOG, { env }) };
    compare([{ name: 'snapshot', run: strata(['snapshot', '--out', 'snapshot.json'], folder, env) }], 1);
    const contenders = [bare, { name: 'strata types', run: live }, { name: 'strata types --from', run: from }];
    const times = compare([...contenders, ...peers(folder, url)], rounds);
    report(`types of ${count} tables`, bare.name, times, { 'strata types': limit, 'strata types --from': limit / 2 });
    if (count === 2000) {
      const { mib } = usage(live);
      note([
        `types of ${count} tables: peak MiB`,
        'strata types',
        mib.toFixed(0),
        '',
        'at most 200',
        mib <= 200 ? 'ok' : 'OVER',
      ]);
    }
  }
  await checkTimes({ home, freshDatabase, strata, node, rounds, note });
}

/** What is installed beside us is not ours to install: the bench compares with what is there. */
function peers(folder, url) {
  const modules = join(process.env.STRATA_BENCH_PEERS ?? '', 'node_modules');
  const of = (name, script, ...args) => {
    const path = join(modules, script);
    const run = { command: process.execPath, args: [path, ...args], cwd: folder, env: { DATABASE_URL: url } };
    return existsSync(path) && works(run) ? [{ name, run }] : [];
  };
  writeFileSync(
    join(folder, 'zapatosconfig.json'),
    JSON.stringify({ db: { connectionString: url }, outDir: './zapatos' }),
  );
  return [
    ...of(
      'kysely-codegen',
      'kysely-codegen/dist/cli/bin.js',
      '--dialect',
      'postgres',
      '--url',
      url,
      '--out-file',
      'kysely.ts',
    ),
    ...of('zapatos', 'zapatos/dist/generate/cli.js'),
    ...of(
      '@databases/pg-schema-cli',
      '@databases/pg-schema-cli/lib/cli.js',
      '--database',
      url,
      '--directory',
      'schema',
    ),
  ];
}

/** A peer that cannot do the size is not compared: a chain of 2,000 foreign keys overflows one's stack. */
function works(run) {
  try {
    seconds(run);
    return true;
  } catch {
    return false;
  }
}

/** The compiler's own time for the generated file: seconds beyond those for an empty one. */
async function checkTimes({ home, freshDatabase, strata, node, rounds, note }) {
  const between = join(home, 'types_1000');
  mkdirSync(between, { recursive: true });
  const url = freshDatabase('types_1000');
  await fill(url, 1000);
  seconds(strata(['types'], between, { DATABASE_URL: url }));
  const empty = join(home, 'empty.ts');
  writeFileSync(empty, 'export {};\n');
  const roots = ['--types', 'node', '--typeRoots', resolve('node_modules/@types')];
  const options = ['--noEmit', '--strict', '--skipLibCheck', '--target', 'es2022', ...roots];
  // Elsewhere than here, where the compiler would find a configuration.
  const tsc = (file) => node(resolve('node_modules/typescript/lib/tsc.js'), ...options, file, { cwd: home });
  const counts = [500, 1000, 2000];
  const file = (count) => join(home, `types_${count}`, 'generated', 'types.ts');
  const all = counts.map((count) => ({ name: String(count), run: tsc(file(count)) }));
  const times = compare([{ name: 'empty', run: tsc(empty) }, ...all], Math.min(rounds, 3));
  const own = (count) => times.get(String(count)) - times.get('empty');
  for (const count of counts) {
    const ratio = own(count) / own(500);
    const most = (count / 500) * 1.25;
    const limit = [`${ratio.toFixed(2)}x of 500`, `at most ${most.toFixed(2)}x`, ratio <= most ? 'ok' : 'OVER'];
    note(['tsc: check of the types', `${count} tables`, own(count).toFixed(3), ...limit]);
  }
}
