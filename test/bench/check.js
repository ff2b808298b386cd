/**
 * What CI waits for: `check` of the marketplace cold and with nothing changed, and `plan` of ten migrations against a live
 * database. Limits of the first two are seconds, of an idle machine; ratios are against what starts them, an empty Node.
 */
import { cpSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { writeSqlHistory } from './history.js';
import { compare, seconds } from './measure.js';

const OF_PROJECT = [
  'migrations',
  'sql',
  'seeds',
  'generated',
  'package.json',
  'strata.config.json',
  'strata.lock.json',
];

/** Gives [title, base, times, limits] for the report of the bench. */
export function benchCheck({ strata, node, database, home, rounds }) {
  const folder = join(home, 'check');
  mkdirSync(folder);
  for (const path of OF_PROJECT) cpSync(path, join(folder, path), { recursive: true });
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  const env = { DATABASE_URL: database('check') };
  const check = strata(['check'], folder, env);
  const times = compare(
    [
      { name: 'empty node', run: node('-e', '0') },
      {
        name: 'strata check, cold',
        prepare: () => rmSync(join(folder, '.strata'), { recursive: true, force: true }),
        run: check,
      },
      // The cold run before it has filled the cache.
      { name: 'strata check, nothing changed', run: check },
    ],
    rounds,
  );
  return [['check of the marketplace (limits: 15 s cold, 1.5 s unchanged)', 'empty node', times, {}]];
}

export function benchPlan({ strata, node, database, home, rounds }) {
  const folder = join(home, 'plan');
  const env = { DATABASE_URL: database('plan') };
  writeSqlHistory(join(folder, 'migrations'), 100);
  seconds(strata(['up', '--steps', '90'], folder, env));
  const times = compare(
    [
      { name: 'empty node', run: node('-e', '0') },
      { name: 'strata plan', run: strata(['plan'], folder, env) },
      { name: 'strata plan --rehearse', run: strata(['plan', '--rehearse'], folder, env) },
    ],
    rounds,
  );
  return [['plan of 10 behind 90 applied (limit: 0.4 s)', 'empty node', times, {}]];
}
