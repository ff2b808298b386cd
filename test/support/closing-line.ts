/**
 * Ends the run's output with `N passed, N failed`, which CI systems read. STRATA_TEST_TOTALS names a file that collects the
 * counts of several runs, and what did not pass, a line each, so that a log of which only the end was kept still tells it.
 * A file that could not even be loaded counts as one failure.
 */
import { appendFileSync } from 'node:fs';
import { relative } from 'node:path';
import type { Reporter, SerializedError, TestModule } from 'vitest/node';

/** The first line of an error, without colours: the rest is in the log above. */
function brief(error: { message?: string } | undefined): string {
  const plain = (error?.message ?? 'no message').replace(/\u001b\[[0-9;]*m/g, '');
  return plain.split('\n', 1)[0]?.slice(0, 300) ?? '';
}

export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const count = { passed: 0, failed: unhandled.length, skipped: 0, pending: 0 };
    const names = unhandled.map((error) => `failed outside of a test: ${brief(error)}`);
    for (const module of modules) {
      const path = relative(process.cwd(), module.moduleId);
      for (const error of module.errors()) names.push(`failed: ${path}: ${brief(error)}`);
      count.failed += module.errors().length;
      for (const test of module.children.allTests()) {
        const result = test.result();
        count[result.state] += 1;
        if (result.state === 'failed') names.push(`failed: ${path} > ${test.fullName}: ${brief(result.errors[0])}`);
      }
    }
    const totals = process.env.STRATA_TEST_TOTALS;
    const lines = names.map((name) => `${name}\n`).join('');
    if (totals) appendFileSync(totals, `${count.passed} ${count.failed} ${count.skipped}\n${lines}`);
    // After the default reporter's own summary.
    process.on('exit', () => {
      const skipped = count.skipped > 0 ? `, ${count.skipped} skipped` : '';
      process.stdout.write(`${lines}${count.passed} passed, ${count.failed} failed${skipped}\n`);
    });
  }
}
