import { readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

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
