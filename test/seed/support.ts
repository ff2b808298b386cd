/** Runs the seed command on files given as a literal. */
import type { Outcome } from '../../src/base/finding.ts';
import { realRuntime } from '../../src/base/runtime.ts';
import type { Target } from '../../src/base/target.ts';
import { run, type SeedData } from '../../src/commands/seed.ts';
import { type Config, DEFAULTS } from '../../src/config/schema.ts';
import { project } from '../support/project.ts';

export type Files = Readonly<Record<string, unknown>>;

/** Paths under seeds/; values that are not strings are written as JSON. */
export function seedProject(files: Files): string {
  const texts = Object.entries(files).map(([path, value]) => [
    `seeds/${path}`,
    typeof value === 'string' ? value : JSON.stringify(value, null, 2),
  ]);
  return project(Object.fromEntries(texts));
}

/** Without a target nothing may connect: the port is closed. */
export const NOWHERE: Target = { host: '127.0.0.1', port: 1, user: 'nobody', database: 'none' };

export async function seed(
  root: string,
  target: Target,
  args: readonly string[],
  options: Readonly<Record<string, unknown>> = {},
  signal: AbortSignal = new AbortController().signal,
): Promise<Outcome<SeedData>> {
  const config: Config = { ...DEFAULTS, root, file: null, environment: null, target };
  return (await run(
    { config, runtime: realRuntime({ cwd: root, signal }) },
    { args, ...options },
  )) as Outcome<SeedData>;
}

/** A row schema from column to JSON Schema; columns with `?` are optional. */
export function rowSchema(columns: Readonly<Record<string, unknown>>): object {
  const names = Object.keys(columns);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    additionalProperties: false,
    required: names.filter((name) => !name.endsWith('?')),
    properties: Object.fromEntries(names.map((name) => [name.replace(/\?$/, ''), columns[name]])),
  };
}

export const TEXT = { type: 'string' };
export const INTEGER = { type: 'integer' };
