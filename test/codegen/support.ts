/** Snapshot of a piece of DDL on the real server, and the text of one generated member. */

import pg from 'pg';
import ts from 'typescript';
import { type Target, targetUrl } from '../../src/base/target.ts';
import type { Snapshot } from '../../src/catalog/model.ts';
import { readSnapshot, readTypeSource } from '../../src/catalog/read.ts';
import { typeModel } from '../../src/codegen/model.ts';
import type { TypeModel, TypeOptions } from '../../src/codegen/type-model.ts';
import { DRIVER } from '../../src/codegen/typemap.ts';
import { typescriptOf } from '../../src/codegen/typescript.ts';
import { type Session, withSession } from '../../src/pg/pool.ts';
import { withTestDatabase } from '../support/database.ts';

export interface Generated {
  readonly snapshot: Snapshot;
  readonly model: TypeModel;
  readonly text: string;
}

export const OPTIONS: TypeOptions = { brandedIds: true, infinity: true, schemas: ['public'], parse: DRIVER };

export function generate(snapshot: Snapshot, options: Partial<TypeOptions> = {}): Generated {
  const model = typeModel(snapshot, { ...OPTIONS, ...options });
  return { snapshot, model, text: typescriptOf(model) };
}

/** Runs the DDL in a database of its own and generates from what the catalog then says. */
export function generated(ddl: string, options: Partial<TypeOptions> = {}): Promise<Generated> {
  return withDdl(ddl, async (session) => fromSession(session, options));
}

export async function fromSession(session: Session, options: Partial<TypeOptions> = {}): Promise<Generated> {
  const schemas = options.schemas ?? OPTIONS.schemas;
  const whole = generate(await readSnapshot(session, { schemas }), options);
  // `strata types` asks a live database for less, a stored Snapshot holds all: both must give the same types.
  const model = typeModel(await readTypeSource(session, { schemas }), { ...OPTIONS, ...options });
  if (typescriptOf(model) !== whole.text) throw new Error('the types are others when only what they need is read');
  return whole;
}

export function withDdl<T>(ddl: string, work: (session: Session) => Promise<T>): Promise<T> {
  return withTestDatabase((target) =>
    withSession(target, async (session) => {
      await session.batch(ddl);
      return work(session);
    }),
  );
}

/** `name: type;` lines of one interface, by property as written. */
export function members(text: string, name: string): Record<string, string> {
  const body = text.split(`export interface ${name} {\n`)[1]?.split('\n}\n')[0];
  if (body === undefined) throw new Error(`no interface ${name} in\n${text}`);
  return Object.fromEntries(
    [...body.matchAll(/^ {2}(?:readonly )?('(?:[^'\\]|\\.)*'|[\w$]+)(\??): (.*);$/gm)].map(
      ([, key = '', mark, type]) => [key, `${mark}${type}`],
    ),
  );
}

/** What a type name stands for when it is a union with a tuple, else the text itself. */
export function expanded(text: string, type: string): string {
  return type.replace(/[A-Z]\w*/g, (name) => {
    const tuple = name.charAt(0).toLowerCase() + name.slice(1);
    const items = text.split(`export const ${tuple}Values = [\n`)[1]?.split('] as const')[0];
    return items === undefined
      ? name
      : items
          .trim()
          .replace(/,$/, '')
          .split(/,\n\s*/)
          .join(' | ');
  });
}

/** The exports of a generated file, run as its consumers run it. */
export async function loaded<Exports>(text: string): Promise<Exports> {
  const options = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };
  const { outputText } = ts.transpileModule(text, { compilerOptions: options });
  return (await import(`data:text/javascript;base64,${Buffer.from(outputText).toString('base64')}`)) as Exports;
}

/** A pool of the driver itself, as an application has it. */
export async function withPool<T>(target: Target, work: (pool: pg.Pool) => Promise<T>): Promise<T> {
  const pool = new pg.Pool({ connectionString: targetUrl(target) });
  try {
    return await work(pool);
  } finally {
    await pool.end();
  }
}
