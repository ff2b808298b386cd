/**
 * Is a configuration valid? From source ajv compiles the schema on first use; the build replaces this file by the same
 * check compiled ahead (build.js), because loading ajv would double the time of a command that has nothing to do.
 */
import type { Fault } from '../base/validate.ts';
import { FILE_SCHEMA } from './json-schema.ts';

export async function checkSettings(value: unknown): Promise<readonly Fault[]> {
  const { compileSchema } = await import('../base/validate.ts');
  return compileSchema(FILE_SCHEMA)(value);
}
