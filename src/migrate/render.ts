/** TypeScript and JavaScript migrations, rendered: each direction run against the recorder, its calls made into SQL. */
import type { Place } from '../base/finding.ts';
import { type Direction, type Statement, statementsOf } from '../base/plan.ts';
import { cannotInfer, rendererFor, type Shorthands } from './builder.ts';
import type { MigrationFile } from './model.ts';
import { type Action, failure, type LoadedModule } from './module.ts';
import { partPieces } from './part-pieces.ts';
import { DatabaseNeeded, type OpaqueDatabase, type Recorded, type Recorder, recorder, type Site } from './pgm.ts';
import { type Built, buildScript, invalidAt, irreversible, type Piece } from './script.ts';

export interface RenderOptions {
  readonly shorthands: Shorthands;
  /** Folder of the parts, relative to the project. */
  readonly sql: string;
}

/** One direction as a Script; opaque when it uses `pgm.db`. */
export async function renderDirection(
  module: LoadedModule,
  direction: Direction,
  options: RenderOptions,
): Promise<Built> {
  const { file } = module;
  const action = direction === 'up' ? module.up : module.down;
  if (action === false) return irreversible(`${file.name} says down = false`, exportPlace(file, 'down'));
  const inferred = action === undefined;
  const recorded = recorder({
    renderer: rendererFor(options.shorthands),
    direction: inferred ? 'reverse' : 'forward',
    path: module.path,
    database: null,
  });
  try {
    await call(action ?? module.up, recorded.pgm);
  } catch (thrown) {
    if (inferred && cannotInfer(thrown)) return notInferred(module, recorded);
    if (!(thrown instanceof DatabaseNeeded)) throw failure(file, module.path, thrown, recorded.lastSite());
  }
  const { calls, alone, databaseUse } = recorded.recording();
  if (databaseUse) return inferred ? notInferred(module, recorded) : opaque(file, databaseUse, alone);
  try {
    const pieces = calls.flatMap((one) => piecesOf(file, one, options));
    return buildScript(pieces, { subject: file.name, ...(alone ? { alone: 'pgm.noTransaction()' } : {}) });
  } catch (thrown) {
    if (inferred)
      return irreversible(
        `its down cannot be inferred: ${String((thrown as Error).message)}`,
        placeAtSite(file, recorded.lastSite()),
      );
    throw thrown;
  }
}

/** Runs a direction with a real database; gives the statements that it queued, to be run after. */
export async function runDirection(
  module: LoadedModule,
  direction: Direction,
  database: OpaqueDatabase,
  options: RenderOptions,
): Promise<readonly Statement[]> {
  const { file } = module;
  const action = direction === 'up' ? module.up : module.down;
  if (typeof action !== 'function')
    throw invalidAt(placeAtSite(file, { line: 1, column: 1 }), file.source, `there is no ${direction} to run`);
  const recorded = recorder({
    renderer: rendererFor(options.shorthands),
    direction: 'forward',
    path: module.path,
    database,
  });
  try {
    await call(action, recorded.pgm);
  } catch (thrown) {
    throw failure(file, module.path, thrown, recorded.lastSite());
  }
  const pieces = recorded.recording().calls.flatMap((one) => piecesOf(file, one, options));
  const { script } = buildScript(pieces, { subject: file.name });
  return statementsOf(script);
}

/** Also the callback form of old migrations: `up(pgm, run)`. */
async function call(action: Action, pgm: object): Promise<void> {
  if (action.length < 2) {
    await action(pgm);
    return;
  }
  await new Promise<void>((resolve, reject) => {
    Promise.resolve(action(pgm, resolve)).catch(reject);
  });
}

function notInferred({ file }: LoadedModule, recorded: Recorder): Built {
  const place = placeAtSite(file, recorded.lastSite());
  const rest = lineOf(file, place.line).slice(place.column - 1);
  const call = recorded.recording().databaseUse ? 'pgm.db' : `${/^[\w$]+\s*\.\s*\w+/.exec(rest)?.[0] ?? 'the call'}()`;
  return irreversible(`${call} in line ${place.line} has no inverse, and ${file.name} exports no down`, place);
}

function opaque(file: MigrationFile, site: Site, alone: boolean): Built {
  const place = placeAtSite(file, site);
  const reason = `pgm.db in line ${place.line} needs the database`;
  return { script: { kind: 'opaque', reason, transactional: !alone, place }, meaning: null, findings: [] };
}

function piecesOf(file: MigrationFile, recorded: Recorded, options: RenderOptions): Piece[] {
  const place = placeAtSite(file, recorded.site);
  if (recorded.kind === 'part') return partPieces(file, recorded, place, options.sql);
  const exact = recorded.text === undefined ? null : literalPlace(file, place, recorded.text, recorded.sql);
  return [{ sql: recorded.sql, origin: `pgm.${recorded.method}()`, placeOf: exact ?? (() => place) }];
}

/** `pgm.sql` of text that stands in the source as it is: every statement in it has its own line. */
function literalPlace(
  file: MigrationFile,
  place: Place,
  text: string,
  sql: string,
): ((offset: number) => Place) | null {
  if (!sql.startsWith(text)) return null;
  const lines = file.source.split('\n', place.line);
  const from = lines.slice(0, -1).reduce((sum, line) => sum + line.length + 1, 0) + place.column - 1;
  const start = file.source.indexOf(text, from);
  if (start < 0 || !/^[\w$.\s]*\(\s*['"`]$/.test(file.source.slice(from, start))) return null;
  return (offset) => offsetPlace(file, place, from, start + offset);
}

/** The place of an offset at or after a known one. */
function offsetPlace(file: MigrationFile, known: Place, from: number, to: number): Place {
  const between = file.source.slice(from, to);
  const breaks = between.split('\n');
  const column = breaks.length === 1 ? known.column + between.length : (breaks.at(-1) ?? '').length + 1;
  return { file: file.file, line: known.line + breaks.length - 1, column };
}

/** The engine names the method (`createTable`); people look for where the call begins (`pgm`). */
function placeAtSite(file: MigrationFile, site: Site): Place {
  const line = lineOf(file, site.line);
  const before = line.slice(0, site.column - 1);
  const receiver = /[\w$]+(?:\s*\.\s*[\w$]+)*\s*\.\s*$/.exec(before);
  // Types that were taken out of the same line have moved it.
  const named = receiver ? -1 : line.search(/\bpgm\s*\./);
  const column = receiver ? receiver.index + 1 : named >= 0 ? named + 1 : Math.min(site.column, line.length + 1);
  return { file: file.file, line: site.line, column };
}

function lineOf(file: MigrationFile, line: number): string {
  let from = 0;
  for (let seen = 1; seen < line; seen += 1) {
    const next = file.source.indexOf('\n', from);
    if (next < 0) return '';
    from = next + 1;
  }
  const end = file.source.indexOf('\n', from);
  return file.source.slice(from, end < 0 ? undefined : end);
}

function exportPlace(file: MigrationFile, name: string): Place {
  const lines = file.source.split('\n');
  const index = lines.findIndex((line) => new RegExp(`\\b${name}\\b`).test(line) && /\bexport/.test(line));
  return { file: file.file, line: Math.max(index, 0) + 1, column: 1 };
}
