import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { countReport, summarize } from '../support/counts.mjs';
import { temporaryHome } from '../support/home.ts';

function report(change: Record<string, unknown>): string {
  const file = join(temporaryHome(), 'report.json');
  const whole = {
    numPassedTests: 0,
    numFailedTests: 0,
    numPendingTests: 0,
    numTodoTests: 0,
    testResults: [],
    ...change,
  };
  writeFileSync(file, JSON.stringify(whole));
  return file;
}

it('counts what vitest reports', () => {
  const file = report({ numPassedTests: 7, numFailedTests: 2, numPendingTests: 1, numTodoTests: 1 });
  expect(countReport(file, 1)).toEqual({ passed: 7, failed: 2, skipped: 2 });
});

it('counts a file that could not be loaded', () => {
  const broken = { status: 'failed', assertionResults: [] };
  const ordinary = { status: 'failed', assertionResults: [{ status: 'failed' }] };
  expect(countReport(report({ numFailedTests: 1, testResults: [broken, ordinary] }), 1).failed).toBe(2);
});

it('never calls a failed run passed', () => {
  expect(countReport(report({ numPassedTests: 7 }), 1)).toMatchObject({ passed: 7, failed: 1 });
  expect(countReport('/nowhere/report.json', 1)).toMatchObject({ failed: 1 });
  expect(countReport('/nowhere/report.json', 0)).toEqual({ passed: 0, failed: 0, skipped: 0 });
});

it('ends with one plain line over all runs', () => {
  expect(
    summarize([
      { passed: 700, failed: 0, skipped: 0 },
      { passed: 12, failed: 0, skipped: 1 },
    ]),
  ).toEqual({ ok: true, lines: ['1 skipped', '712 passed, 0 failed'] });
  expect(summarize([{ passed: 1, failed: 1, skipped: 0 }])).toEqual({
    ok: false,
    lines: ['1 passed, 1 failed'],
  });
  expect(summarize([])).toEqual({ ok: false, lines: ['No test matched.', '0 passed, 0 failed'] });
});
