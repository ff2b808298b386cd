/**
 * Starts the bundle with V8's compiled code beside it, so that a command with nothing to do is as quick as a bare
 * connection: 37 ms of compiling become 6. Node's own compile cache needs Node 22 and a folder that others can write to.
 *
 * One cache a command, because it holds just the functions that ran. The name carries the bundle's hash (V8 itself only
 * compares lengths), Node's version and the processor; a cache that V8 does not like is made anew; a folder that cannot
 * be written to means that there is none. It is as trustworthy as the bundle itself, beside which it lies.
 */
const { readFileSync, renameSync, rmSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const v8 = require('node:v8');
const vm = require('node:vm');

const BUNDLE = join(__dirname, 'STRATA_BUNDLE');
const COMMANDS = ['STRATA_COMMANDS'];

// Commands live for a second: V8's optimising compiler and its growing young generation pay off later than that.
// Measured on a fresh `up` of 1,000 migrations: 0.85 s of CPU become 0.63, 114 MB become 90. V8 ignores flags that it does not know.
// `seed` may make millions of rows: there they cost half of all CPU. `types` keeps what it makes, and a young generation that grows
// copies it less often: 4 % of the time at 2,000 tables, for 30 MB.
const word = process.argv[2] ?? '';
if (word !== 'seed') v8.setFlagsFromString('--interrupt-budget=600000');
if (word !== 'seed' && word !== 'types') v8.setFlagsFromString('--semi-space-growth-factor=1');

start();

function start() {
  const command = COMMANDS.includes(word) ? word : 'other';
  const file = BUNDLE.replace(/\.cjs$/, `.${command}.${process.version}-${process.arch}.cache`);
  const cachedData = bytes(file);
  // The bundle is pure ASCII: latin1 spares the decoding.
  const source = `(function (exports, require, module, __filename, __dirname, __import) {${readFileSync(BUNDLE, 'latin1')}\n})`;
  const script = new vm.Script(source, { filename: BUNDLE, cachedData });
  if (cachedData === undefined || script.cachedDataRejected) process.on('exit', () => keep(script, file));
  const module = { exports: {} };
  script.runInThisContext()(module.exports, require, module, BUNDLE, __dirname, load);
}

/** import() itself does not work in code that comes from a cache: build.js writes a call of this instead. */
function load(specifier) {
  return import(specifier);
}

function bytes(file) {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}

/** Placed by renaming: who starts meanwhile finds a whole cache or none. */
function keep(script, file) {
  const partial = `${file}.${process.pid}`;
  try {
    writeFileSync(partial, script.createCachedData());
    renameSync(partial, file);
  } catch {
    rmSync(partial, { force: true });
  }
}
