/**
 * `strata seed [set…]`: validates the files of seed sets, then loads them, all in one transaction. Sets that a program makes come
 * after those of files, in a transaction of their own: they may depend on reference data, and take minutes.
 */
import { ToolError } from '../base/errors.ts';
import { type Block, type Finding, type Outcome, outcome } from '../base/finding.ts';
import { qname } from '../base/ident.ts';
import { withTask } from '../base/runtime.ts';
import type { Snapshot } from '../catalog/model.ts';
import { readSnapshot } from '../catalog/read.ts';
import { documentUses } from '../codegen/documents.ts';
import { seedSchemas } from '../codegen/seed-schema.ts';
import type { Session } from '../pg/pool.ts';
import { withTransaction } from '../pg/transaction.ts';
import { readSets, type SeedPlace, type SeedSet, setNames } from '../seed/dataset.ts';
import {
  type GeneratedLoad,
  type GeneratedTable,
  generatedTables,
  generatorOf,
  loadGenerated,
  nameOf,
} from '../seed/generated.ts';
import { judgeSets } from '../seed/judge.ts';
import { type LoadedFile, loadSeeds } from '../seed/load.ts';
import { advanceSequences, type Given } from '../seed/sequences.ts';
import { planSet } from '../seed/tables.ts';
import type { Context, Options, Run } from './command.ts';
import { needConfirmation } from './confirm.ts';
import { withDatabase } from './database.ts';
import { documentsOf } from './documents.ts';

export interface SeedData {
  readonly sets: readonly string[];
  readonly rows: number;
  /** By file, in the order of loading; empty when nothing was loaded. */
  readonly loaded: readonly LoadedFile[];
  /** By table, in the order of loading, of the sets that a program makes. */
  readonly generated: readonly GeneratedLoad[];
}

export const run: Run = async (context, options) => {
  const { config } = context;
  const place: SeedPlace = { root: config.root, seeds: config.seeds, schema: config.schemas[0] ?? 'public' };
  if (options.args.length === 0) return listing(place);
  const factor = factorOf(options);
  const unknown = options.validateOnly === true ? 'refuse' : 'defer';
  const { sets, findings } = readSets(place, options.args, { unknown });
  if (findings.some(({ level }) => level === 'error')) return refused(sets, findings);
  if (options.validateOnly === true) return validated(sets, findings);
  return withDatabase(context, (session) => load(context, options, { session, sets, place, factor }));
};

function factorOf({ factor = 1 }: Options): number {
  if (typeof factor === 'number' && Number.isInteger(factor) && factor >= 1) return factor;
  throw new ToolError('USAGE', '--factor must be a number from 1 on', { hint: 'For example: --factor 10' });
}

function listing(place: SeedPlace): Outcome {
  const names = setNames(place);
  const rows = names.map((name) => {
    const { sets } = readSets(place, [name], { unknown: 'defer' });
    const set = sets.at(-1);
    return [name, String(set?.files.length ?? 0), String(rowsOf(set ? [set] : [])), set?.description ?? ''];
  });
  const none = { kind: 'text', text: `No seed sets under ${place.seeds}/. See docs/formats.md, Seeds.` } as const;
  const table = { kind: 'table', head: ['set', 'files', 'rows', 'description'], rows } as const;
  return outcome({ sets: names }, [names.length === 0 ? none : table]);
}

function rowsOf(sets: readonly SeedSet[]): number {
  return sets.reduce((sum, { files }) => sum + files.reduce((inner, { rows }) => inner + rows.length, 0), 0);
}

function dataOf(sets: readonly SeedSet[], done: Partial<SeedData> = {}): SeedData {
  const generated = done.generated ?? [];
  const rows = rowsOf(sets) + generated.reduce((sum, table) => sum + table.rows, 0);
  return { sets: sets.map(({ name }) => name), rows, loaded: done.loaded ?? [], generated };
}

function refused(sets: readonly SeedSet[], findings: readonly Finding[]): Outcome {
  const faults = findings.filter(({ level }) => level === 'error').length;
  const text = `${faults} ${faults === 1 ? 'fault' : 'faults'} in the seed files: nothing was loaded`;
  return outcome(dataOf(sets), [{ kind: 'text', text, tone: 'bad' }], findings);
}

function validated(sets: readonly SeedSet[], findings: readonly Finding[]): Outcome {
  const data = dataOf(sets);
  const text = `${data.sets.join(', ')}: ${data.rows} rows are valid`;
  return outcome(data, [{ kind: 'text', text, tone: 'good' }], findings);
}

interface Work {
  readonly session: Session;
  readonly sets: readonly SeedSet[];
  readonly place: SeedPlace;
  readonly factor: number;
}

async function load(context: Context, options: Options, work: Work): Promise<Outcome> {
  const { session, sets, place } = work;
  const guarded = sets.filter(({ production }) => production === 'confirm').map(({ name }) => name);
  if (guarded.length > 0) await needConfirmation(context, options, session, `seed ${guarded.join(' ')}`);
  const programs = await programsOf(context, work);
  const given = programs.flatMap((program) => program.given);
  const named = [...sets.flatMap(({ files }) => files), ...given].map(({ table }) => table.schema);
  const snapshot = await readSnapshot(session, { schemas: [...new Set([...context.config.schemas, ...named])] });
  // Only of the tables that rows are for: a file that is missing elsewhere is none of theirs.
  const seeded = new Set(sets.flatMap(({ files }) => files.map(({ table }) => qname(table.schema, table.name))));
  const tables = snapshot.tables.filter(({ schema, name }) => seeded.has(qname(schema, name)));
  const documented = await documentsOf(context.config, documentUses({ ...snapshot, tables, views: [] }));
  const { types, schemas } = context.config;
  const judged = judgeSets(sets, seedSchemas(snapshot, { ...types, schemas, documents: documented.documents }));
  const plans = judged.sets.map((set) => planSet(set, snapshot, place.schema));
  const findings = [...documented.findings, ...judged.findings, ...plans.flatMap((plan) => plan.findings)];
  if (findings.length > 0) return refused(sets, findings);
  const loads = plans.flatMap((plan) => plan.loads);
  const { runtime } = context;
  const loaded = await withTask(
    runtime,
    { id: 'seed', title: `Load ${dataOf(sets).sets.join(', ')}` },
    () => loadSeeds(session, loads, { snapshot, runtime }),
    (files) => `${files.reduce((sum, { rows }) => sum + rows, 0)} rows`,
  );
  const generated: GeneratedLoad[] = [];
  for (const program of programs) generated.push(...(await runProgram(context, work, program, snapshot)));
  return outcome(dataOf(sets, { loaded, generated }), [...view(loaded), ...viewGenerated(generated)]);
}

interface Program {
  readonly set: string;
  readonly file: string;
  readonly tables: readonly GeneratedTable[];
  readonly given: readonly Given[];
}

/** Asked before anything is loaded: a module that does not even start has changed nothing. */
async function programsOf({ config }: Context, { sets, place, factor }: Work): Promise<readonly Program[]> {
  const programs: Program[] = [];
  for (const { name: set } of sets) {
    const file = generatorOf(place, set);
    if (file === null) continue;
    const tables = await generatedTables(config.root, file, { factor });
    const given = tables.map(({ table, columns }) => ({ table: nameOf(table, place.schema), columns }));
    programs.push({ set, file, tables, given });
  }
  return programs;
}

function runProgram(
  { config, runtime }: Context,
  { session, place, factor }: Work,
  { set, file, tables, given }: Program,
  snapshot: Snapshot,
): Promise<readonly GeneratedLoad[]> {
  const around = { file, root: config.root, schema: place.schema, runtime };
  const inTransaction = (): Promise<readonly GeneratedLoad[]> =>
    withTransaction(session, async () => {
      const loads = await loadGenerated(session, tables, around);
      await advanceSequences(session, given, snapshot);
      return loads;
    });
  return withTask(runtime, { id: 'seed', title: `Make ${set}, factor ${factor}` }, inTransaction, speed);
}

function speed(loads: readonly GeneratedLoad[]): string {
  const rows = loads.reduce((sum, load) => sum + load.rows, 0);
  return `${rows} rows, ${perSecond({ rows, milliseconds: loads.reduce((sum, load) => sum + load.milliseconds, 0) })} rows/s`;
}

function perSecond({ rows, milliseconds }: Omit<GeneratedLoad, 'table'>): number {
  return Math.round((rows * 1000) / Math.max(milliseconds, 1));
}

function viewGenerated(generated: readonly GeneratedLoad[]): readonly Block[] {
  if (generated.length === 0) return [];
  const rows = generated.map((load) => [load.table, String(load.rows), String(perSecond(load))]);
  return [
    { kind: 'table', head: ['table', 'rows', 'rows/s'], rows },
    { kind: 'text', text: speed(generated) },
  ];
}

function view(loaded: readonly LoadedFile[]): readonly Block[] {
  if (loaded.length === 0) return [];
  const head = ['set', 'table', 'rows', 'inserted', 'updated', 'unchanged'];
  const rows = loaded.map((f) => [f.set, f.table, ...[f.rows, f.inserted, f.updated, f.unchanged].map(String)]);
  return [{ kind: 'table', head, rows }];
}
