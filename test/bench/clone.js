/**
 * A test database of the whole marketplace (openTestDatabase of the library, in one process as in a test run) beside what it
 * consists of: `cp -r` of the template's files, and `psql` asking the server for the copy. Limit: 50 ms of an idle machine, which `cp`
 * alone can exceed where making 700 files is slow.
 */
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { median, output, seconds } from './measure.js';

/** Gives [title, base, times, limits] for the report of the bench. */
export async function benchClone({ program, home, rounds }) {
  const { openTestDatabase, openTestServer } = await import(pathToFileURL(resolve('dist/index.js')).href);
  const server = await openTestServer();
  try {
    const env = { ...process.env, TEST_DATABASE_URL: server.url };
    const psql = (...args) => ({
      command: program('psql'),
      args: ['-qXAt', '-v', 'ON_ERROR_STOP=1', '-d', server.url, ...args],
    });
    const open = () => openTestDatabase({ env });
    await (await open()).drop();
    const [template, files] = output(
      psql(
        '-c',
        "SELECT datname, current_setting('data_directory') || '/base/' || oid FROM pg_database WHERE datname LIKE 'strata_template%'",
      ),
    )
      .trim()
      .split('|');
    const times = new Map([
      ['cp -r', []],
      ['psql: CREATE DATABASE … TEMPLATE', []],
      ['openTestDatabase', []],
      ['and dropped', []],
    ]);
    for (let round = 0; round < rounds * 2; round += 1) {
      const [copy, created, opened, dropped] = [...times.values()];
      copy.push(seconds({ command: 'cp', args: ['-r', files, join(home, `clone_${round}`)] }));
      created.push(seconds(psql('-c', `CREATE DATABASE clone_${round} TEMPLATE ${template} STRATEGY FILE_COPY`)));
      const start = performance.now();
      const { drop } = await open();
      opened.push((performance.now() - start) / 1e3);
      await drop();
      dropped.push((performance.now() - start) / 1e3 - opened.at(-1));
    }
    const medians = new Map([...times].map(([name, list]) => [name, median(list)]));
    return ['test database, a clone of the marketplace (limit: 0.05 s)', 'cp -r', medians, {}];
  } finally {
    await server.stop();
  }
}
