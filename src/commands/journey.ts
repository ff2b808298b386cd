/** The steps of `strata start`, in order: what each does and the one line it tells. */
import { type Block, type Outcome, outcome } from '../base/finding.ts';
import { describeTarget } from '../base/target.ts';
import { setNames } from '../seed/dataset.ts';
import { generatorOf } from '../seed/generated.ts';
import type { Context, Run } from './command.ts';
import { resolveTarget, withDatabase } from './database.ts';
import type { SeedData } from './seed.ts';

export interface StepResult {
  readonly outcome: Outcome;
  readonly text: string;
}

export interface Step {
  readonly id: string;
  readonly title: string;
  readonly work: (context: Context) => Promise<StepResult>;
}

export function journey(): readonly Step[] {
  return [
    { id: 'server', title: 'start PostgreSQL', work: server },
    { id: 'migrate', title: 'apply migrations', work: migrate },
    command('verify', 'verify checksums and catalog', async () => (await import('./verify.ts')).run),
    { id: 'seed', title: 'load seeds', work: seeds },
    { id: 'smoke', title: 'run the smoke scripts', work: smoke },
    command('types', 'write row types', async () => (await import('./types.ts')).run),
    command('backup', 'take a backup', async () => (await import('./backup-create.ts')).run),
    { id: 'restore', title: 'restore it and compare', work: restore },
  ];
}

/** A command without options, told by the first line of what it shows. */
function command(id: string, title: string, load: () => Promise<Run>): Step {
  return {
    id,
    title,
    work: async (context) => {
      const result = await (await load())(context, { args: [] });
      return { outcome: result, text: firstText(result.view) };
    },
  };
}

function firstText(view: readonly Block[]): string {
  return view.find((block) => block.kind === 'text')?.text ?? '';
}

async function server(context: Context): Promise<StepResult> {
  const target = await resolveTarget(context);
  const text = await withDatabase(context, async ({ serverVersion }) => {
    const version = `${Math.floor(serverVersion / 10_000)}.${serverVersion % 10_000}`;
    return `PostgreSQL ${version}, ${describeTarget(target)}`;
  });
  return { outcome: outcome({}, []), text };
}

async function migrate(context: Context): Promise<StepResult> {
  const { run } = await import('./up.ts');
  const result = await run(context, { args: [] });
  const { results } = result.data as { readonly results: readonly unknown[] };
  return { outcome: result, text: results.length > 0 ? `${results.length} applied` : firstText(result.view) };
}

/** Every set that is made of files. Those that a program makes are as large as one asks for, and wait to be asked. */
async function seeds(context: Context): Promise<StepResult> {
  const { config } = context;
  const place = { root: config.root, seeds: config.seeds, schema: config.schemas[0] ?? 'public' };
  const names = setNames(place).filter((name) => generatorOf(place, name) === null);
  if (names.length === 0) return { outcome: outcome({}, []), text: 'no seed sets' };
  const { run } = await import('./seed.ts');
  const result = await run(context, { args: names });
  const { sets, rows, loaded } = result.data as SeedData;
  const inserted = loaded.reduce((sum, file) => sum + file.inserted, 0);
  return { outcome: result, text: `${sets.join(', ')}: ${rows} rows, ${inserted} of them new` };
}

async function smoke(context: Context): Promise<StepResult> {
  const { runSmoke } = await import('./smoke.ts');
  const results = await withDatabase(context, (session) => runSmoke(context, session));
  const text = results.map(({ file, told }) => (told ? `${file}: ${told}` : file)).join('; ');
  return { outcome: outcome({ results }, []), text: text || 'no scripts under sql/smoke' };
}

async function restore(context: Context): Promise<StepResult> {
  const [{ withScratch }, { run }] = await Promise.all([import('../server/scratch.ts'), import('./restore.ts')]);
  return withScratch(await resolveTarget(context), async ({ database }) => {
    const result = await run(context, { args: [], to: database });
    return { outcome: result, text: firstText(result.view) };
  });
}
