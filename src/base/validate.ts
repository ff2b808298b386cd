/**
 * JSON Schema (draft 2020-12) checks; the only importer of ajv. Loading ajv and compiling a schema costs about 30 ms:
 * import this file dynamically where a run may not need it.
 */
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { type Fault, faultsOf } from './faults.ts';

export type { Fault } from './faults.ts';

/** Lists every fault of a value; empty when it is valid. */
export type Check = (value: unknown) => readonly Fault[];

/** Compiles a schema once for many values. Throws ajv's own Error when the schema itself is wrong. */
export function compileSchema(schema: object): Check {
  return schemaCompiler()(schema);
}

export interface CompilerOptions {
  /** Written by whom: a schema of ours needs no check against the schema of schemas, which ajv compiles first, for 40 ms. Default: theirs. */
  readonly schemas?: 'ours' | 'theirs';
}

/** For many schemas. Not optimised: ajv's optimiser takes as long as all its other work, and rows are few. */
export function schemaCompiler({ schemas = 'theirs' }: CompilerOptions = {}): (schema: object) => Check {
  const ajv = new Ajv2020({
    allErrors: true,
    strict: true,
    allowUnionTypes: true,
    verbose: true,
    validateSchema: schemas === 'theirs',
    code: { optimize: false },
  });
  addFormats.default(ajv);
  return (schema) => {
    const validate = ajv.compile(schema);
    return (value) => (validate(value) ? [] : faultsOf(validate.errors ?? []));
  };
}
