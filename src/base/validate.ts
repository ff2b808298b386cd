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

/** For many schemas: the first costs 60 ms, because ajv compiles the schema of schemas for it, the others about one. */
export function schemaCompiler(): (schema: object) => Check {
  const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true, verbose: true });
  addFormats.default(ajv);
  return (schema) => {
    const validate = ajv.compile(schema);
    return (value) => (validate(value) ? [] : faultsOf(validate.errors ?? []));
  };
}
