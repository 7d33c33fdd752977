import { Cron } from 'croner';
import { describe, expect, test } from 'vitest';
import { triggerInstants } from '../../electron/scheduler/triggers/trigger-instants.ts';
import { seededRandom } from '../support/random.ts';
import { cronGenerator } from './cron-generator.ts';
import { cron } from './world.ts';

const seed = Number(process.env['BELFRY_SEED'] ?? 3);
const zones = ['America/New_York', 'Europe/Berlin', 'Australia/Lord_Howe', 'Africa/Casablanca', 'Asia/Gaza'];

/** croner in the mode that is nearest to Belfry's rule: a day fits both fields, lists and ranges are fixed times. */
function croner(expression: string, timezone: string): Cron {
  return new Cron(expression, { timezone, domAndDow: true, fixedTimeRule: 'no-wildcard' });
}

describe('the same as croner', () => {
  test.each(zones)('random expressions around both changes of the clocks in %s', (timezone) => {
    const random = seededRandom(seed + timezone.length);
    const next = cronGenerator(random);
    let compared = 0;
    while (compared < 25) {
      const sample = next();
      // Not in croner: L-n, and names that wrap around the week. Another rule: see below.
      const unknown = /L-\d|[a-z]-[a-z]/.test(sample.expression);
      const otherRule = !sample.cadence && sample.wildBelow;
      if (unknown || otherRule) continue;
      compared += 1;
      const instants = triggerInstants(cron(sample.expression), { timezone, anchor: 0 });
      for (const from of [Date.UTC(2026, 2, 1), Date.UTC(2026, 9, 20), Date.UTC(2027, 1, 1)]) {
        const theirs = croner(sample.expression, timezone).nextRuns(8, new Date(from)).map(Number);
        const ours = instants.between(from, Date.UTC(2199, 0, 1), theirs.length);
        expect(ours, `${sample.expression} ${timezone} (seed ${seed})`).toEqual(theirs);
      }
    }
  });
});

describe('other than croner, on purpose', () => {
  const ours = (expression: string, from: string, count: number) => {
    const instants = triggerInstants(cron(expression), { timezone: 'America/New_York', anchor: 0 });
    return instants
      .between(Date.parse(from), Date.UTC(2030, 0, 1), count)
      .map((at) => new Date(at).toISOString());
  };
  const theirs = (expression: string, from: string, count: number) =>
    croner(expression, 'America/New_York')
      .nextRuns(count, new Date(from))
      .map((date) => date.toISOString());

  test('a fixed hour with a wildcard minute is a fixed time here: its gap is made up for, once', () => {
    // croner looks at every field and drops the whole hour; the hour alone decides here (design §3.2).
    const spring = '2026-03-08T00:00:00-05:00';
    expect(ours('*/20 2 * * *', spring, 2)).toEqual(['2026-03-08T07:00:00.000Z', '2026-03-09T06:00:00.000Z']);
    expect(theirs('*/20 2 * * *', spring, 1)).toEqual(['2026-03-09T06:00:00.000Z']);
  });

  test('and in a repeated hour it runs the first time only', () => {
    const autumn = '2026-11-01T00:00:00-04:00';
    expect(ours('*/30 1 * * *', autumn, 3).slice(-1)).toEqual(['2026-11-02T06:00:00.000Z']);
    expect(theirs('*/30 1 * * *', autumn, 3).slice(-1)).toEqual(['2026-11-01T06:00:00.000Z']);
  });

  test('a day that a zone never had is made up for at its end', () => {
    // Apia left out 30 December 2011; croner makes up for gaps on the same day only.
    const apia = (from: string) =>
      triggerInstants(cron('0 9 30 12 *'), { timezone: 'Pacific/Apia', anchor: 0 }).next(Date.parse(from));
    expect(apia('2011-06-01T00:00:00Z')).toBe(Date.parse('2011-12-30T10:00:00Z'));
    expect(
      croner('0 9 30 12 *', 'Pacific/Apia').nextRun(new Date('2011-06-01T00:00:00Z'))?.getUTCFullYear(),
    ).toBe(2012);
  });

  test('L-n is known here', () => {
    expect(() => croner('0 9 L-3 * *', 'UTC')).toThrow();
    expect(ours('0 9 L-3 * *', '2026-11-01T00:00:00Z', 1)).toEqual(['2026-11-27T14:00:00.000Z']);
  });
});
