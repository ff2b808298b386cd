/** `strata types`: row types of the database, or of a stored Snapshot, into one file; `--check` only compares. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { ToolError } from '../base/errors.ts';
import { type Finding, finding, type Outcome, outcome } from '../base/finding.ts';
import type { Snapshot } from '../catalog/model.ts';
import { readSnapshot } from '../catalog/read.ts';
import { parseSnapshot, snapshotHash } from '../catalog/snapshot.ts';
import { type Difference, differences, diffText } from '../codegen/compare.ts';
import { typeModel } from '../codegen/model.ts';
import { typescriptOf } from '../codegen/typescript.ts';
import { ownTables } from '../migrate/history.ts';
import type { Context, Options, Run } from './command.ts';
import { withDatabase } from './database.ts';

export interface TypesData {
  /** Relative to the project folder. */
  readonly file: string;
  readonly state: 'written' | 'unchanged' | 'fresh' | 'stale' | 'missing';
  readonly relations: number;
  readonly differences: readonly Difference[];
}

export const run: Run = async (context, options) => {
  const { config } = context;
  const { snapshot, hash } = await snapshotFor(context, options);
  const model = typeModel(snapshot, { ...config.types, schemas: config.schemas });
  const text = typescriptOf(model, hash);
  const path = resolve(config.root, config.types.out);
  const target = { path, file: relative(config.root, path) || config.types.out, relations: model.relations.length };
  return options.check === true ? check(target, text) : write(target, text);
};

interface Target {
  readonly path: string;
  readonly file: string;
  readonly relations: number;
}

async function snapshotFor(context: Context, options: Options): Promise<{ snapshot: Snapshot; hash: string }> {
  const { config, runtime } = context;
  if (typeof options.from === 'string') return storedSnapshot(resolve(runtime.cwd, options.from), options.from);
  const exclude = ownTables(config.history).map((name) => ({ schema: config.history.schema, name }));
  const snapshot = await withDatabase(context, (session) =>
    readSnapshot(session, { schemas: config.schemas, exclude }),
  );
  return { snapshot, hash: snapshotHash(snapshot) };
}

function storedSnapshot(path: string, given: string): { snapshot: Snapshot; hash: string } {
  if (!existsSync(path)) {
    throw new ToolError('USAGE', `there is no file ${given}`, { hint: 'Give --from the path of a stored snapshot.' });
  }
  return parseSnapshot(readFileSync(path, 'utf8'), given);
}

function write({ path, file, relations }: Target, text: string): Outcome<TypesData> {
  const same = existsSync(path) && readFileSync(path, 'utf8') === text;
  if (!same) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  const state = same ? 'unchanged' : 'written';
  const line = `${file}: types of ${relations} tables and views ${same ? 'are unchanged' : 'written'}`;
  return outcome({ file, state, relations, differences: [] }, [{ kind: 'text', text: line, tone: 'good' }]);
}

function check({ path, file, relations }: Target, text: string): Outcome<TypesData> {
  if (!existsSync(path)) {
    const missing = stale('missing', file, 'the file does not exist');
    return outcome({ file, state: 'missing', relations, differences: [] }, [], [missing]);
  }
  const found = differences(readFileSync(path, 'utf8'), text);
  const data: TypesData = { file, state: found.length > 0 ? 'stale' : 'fresh', relations, differences: found };
  if (found.length === 0) return outcome(data, [{ kind: 'text', text: `${file} is fresh`, tone: 'good' }]);
  const many = `${found.length} ${found.length === 1 ? 'difference' : 'differences'}`;
  const fault = stale('stale', file, `the file is not what the schema gives: ${many}`);
  return outcome(data, [{ kind: 'verbatim', text: `${diffText(found)}\n` }], [fault]);
}

function stale(name: 'missing' | 'stale', file: string, message: string): Finding {
  const place = { file, line: 1, column: 1 };
  const hint = 'Write it with: strata types';
  return finding({ code: `types/${name}`, level: 'error', subject: file, message, hint, place, key: name });
}
