/** The drills: `npm run drill`. Minutes, not seconds; the suite runs a sample of each. DRILL_ROUNDS sets how many. */
import { defineConfig, mergeConfig } from 'vitest/config';
import suite from '../../vitest.config.ts';

const merged = mergeConfig(suite, defineConfig({ test: { testTimeout: 3_600_000 } }));

export default { ...merged, test: { ...merged.test, include: ['test/drill/**/*.test.ts'], exclude: [] } };
