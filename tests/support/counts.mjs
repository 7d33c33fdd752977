import { readFileSync } from 'node:fs';

/**
 * Counts the tests of one vitest run by its JSON report; `code` is the run's exit code. A file that could not be loaded, and
 * an error outside of every test, count as a failed test: a run that failed must never look like one that passed.
 */
export function countReport(file, code) {
  try {
    const report = JSON.parse(readFileSync(file, 'utf8'));
    const broken = report.testResults.filter(
      (result) =>
        result.status === 'failed' && !result.assertionResults.some((each) => each.status === 'failed'),
    ).length;
    const failed = report.numFailedTests + broken;
    return {
      passed: report.numPassedTests,
      failed: code === 0 ? failed : Math.max(1, failed),
      skipped: report.numPendingTests + report.numTodoTests,
    };
  } catch {
    return { passed: 0, failed: code === 0 ? 0 : 1, skipped: 0 }; // No report: nothing matched, or it died before.
  }
}

/** The closing lines of `npm test` over all runs, and whether it passed; a run without any test has not. */
export function summarize(counts) {
  const sum = (name) => counts.reduce((total, each) => total + each[name], 0);
  const [passed, failed, skipped] = [sum('passed'), sum('failed'), sum('skipped')];
  return {
    ok: failed === 0 && passed > 0,
    lines: [
      ...(skipped > 0 ? [`${skipped} skipped`] : []),
      ...(passed + failed === 0 ? ['No test matched.'] : []),
      `${passed} passed, ${failed} failed`,
    ],
  };
}
