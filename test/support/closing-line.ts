/**
 * Ends the run's output with `N passed, N failed`, which CI systems read; STRATA_TEST_TOTALS names a file that collects
 * the counts of several runs. A file that could not even be loaded counts as one failure. Tests that passed only the second
 * time are named before it, so that nobody takes them for sound.
 */
import { appendFileSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';

export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    const count = { passed: 0, failed: unhandled.length, skipped: 0, pending: 0 };
    for (const module of modules) {
      for (const test of module.children.allTests()) count[test.result().state] += 1;
      count.failed += module.errors().length;
    }
    const again = modules.flatMap((module) =>
      [...module.children.allTests()].filter((test) => test.ok() && (test.diagnostic()?.retryCount ?? 0) > 0),
    );
    const totals = process.env.STRATA_TEST_TOTALS;
    if (totals) appendFileSync(totals, `${count.passed} ${count.failed} ${count.skipped}\n`);
    // After the default reporter's own summary.
    process.on('exit', () => {
      for (const test of again)
        process.stdout.write(`passed only when tried again: ${test.module.moduleId} > ${test.fullName}\n`);
      const skipped = count.skipped > 0 ? `, ${count.skipped} skipped` : '';
      process.stdout.write(`${count.passed} passed, ${count.failed} failed${skipped}\n`);
    });
  }
}
