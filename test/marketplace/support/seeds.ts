/** Loads a seed set of the project with the project's own loader. */

import { generate } from '../../../seeds/scale/generate.ts';
import { realRuntime } from '../../../src/base/runtime.ts';
import { readSnapshot } from '../../../src/catalog/read.ts';
import type { Session } from '../../../src/pg/pool.ts';
import { withTransaction } from '../../../src/pg/transaction.ts';
import { readSets } from '../../../src/seed/dataset.ts';
import { type GeneratedLoad, loadGenerated } from '../../../src/seed/generated.ts';
import { type LoadedFile, loadSeeds } from '../../../src/seed/load.ts';
import { planSet } from '../../../src/seed/tables.ts';

const place = { root: process.cwd(), seeds: 'seeds', schema: 'public' };

/** With the sets it depends on. Throws when the files or the plan have a finding. */
export async function loadSet(s: Session, name: string): Promise<readonly LoadedFile[]> {
  const { sets, findings } = readSets(place, [name]);
  const snapshot = await readSnapshot(s, { schemas: ['public'] });
  const plans = sets.map((set) => planSet(set, snapshot, 'public'));
  const wrong = [...findings, ...plans.flatMap((plan) => plan.findings)];
  if (wrong.length > 0) throw new Error(wrong.map(({ subject, message }) => `${subject}: ${message}`).join('\n'));
  const loads = plans.flatMap((plan) => plan.loads);
  return loadSeeds(s, loads, { snapshot, runtime: realRuntime() });
}

/** The marketplace of `strata seed scale`, with its reference data; statistics are fresh afterwards. */
export async function loadScale(s: Session, factor: number): Promise<readonly GeneratedLoad[]> {
  await loadSet(s, 'reference');
  const around = { file: 'seeds/scale/generate.ts', root: place.root, schema: 'public', runtime: realRuntime() };
  const loads = await withTransaction(s, () => loadGenerated(s, generate({ factor }), around));
  await s.query('ANALYZE');
  return loads;
}
