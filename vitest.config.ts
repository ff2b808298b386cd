import { readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';
import { memoryFolder } from './src/server/memory-folder.ts';

// Servers and projects are thrown away: in memory their files, 300 for each database, cost half the system time. TMPDIR decides.
const memory = process.env.TMPDIR === undefined ? memoryFolder() : null;
if (memory !== null) process.env.TMPDIR = memory;

export default defineConfig({
  plugins: [
    {
      name: 'text',
      enforce: 'pre',
      load(id) {
        return /\.(sql|sh)$/.test(id) ? `export default ${JSON.stringify(readFileSync(id, 'utf8'))};` : undefined;
      },
    },
  ],
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/drill/**', 'test/bench/**'],
    globalSetup: ['test/support/global.ts'],
    setupFiles: ['test/support/leaks.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    reporters: ['default', './test/support/closing-line.ts'],
  },
});
