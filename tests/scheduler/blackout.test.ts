import { describe, expect, test } from 'vitest';
import { fireTimes } from '../../electron/scheduler/index.ts';
import type { JobInput } from '../../shared/index.ts';
import { cron, jobOf } from './world.ts';

/** Runs of a job every six hours around its blackouts, as days and hours in its zone. */
function runs(blackouts: JobInput['blackouts'], from: string, count: number, timezone = 'UTC'): string[] {
  const job = jobOf({ triggers: [cron('0 */6 * * *')], timezone, blackouts });
  const { next } = fireTimes({ ...job, timezone, from: Date.parse(from), count });
  const format = new Intl.DateTimeFormat('en-GB', { timeZone: timezone, weekday: 'short', hour: '2-digit' });
  return next.map((at) => format.format(Date.parse(at)));
}

const saturday = '2026-11-21T00:00:00Z';

describe('blackout windows', () => {
  test('begin with their first moment and end before their last', () => {
    expect(runs([{ type: 'weekly', from: '06:00', to: '18:00' }], saturday, 3)).toEqual([
      'Sat, 18',
      'Sun, 00',
      'Sun, 18',
    ]);
  });

  test('with the same beginning and end they are whole days', () => {
    expect(runs([{ type: 'weekly', days: ['sat', 'sun'], from: '00:00', to: '00:00' }], saturday, 2)).toEqual(
      ['Mon, 00', 'Mon, 06'],
    );
  });

  test('over night they belong to the day on which they begin', () => {
    const night = { type: 'weekly' as const, days: ['sat' as const], from: '20:00', to: '07:00' };
    expect(runs([night], '2026-11-21T17:00:00Z', 3)).toEqual(['Sat, 18', 'Sun, 12', 'Sun, 18']);
  });

  test('of dates they hold both days, and several are one', () => {
    const blackouts: JobInput['blackouts'] = [
      { type: 'dates', from: '2026-11-21', to: '2026-11-22' },
      { type: 'weekly', days: ['mon'], from: '00:00', to: '09:00' },
    ];
    expect(runs(blackouts, saturday, 2)).toEqual(['Mon, 12', 'Mon, 18']);
  });

  test('are meant in the zone of the job, also when its clocks change', () => {
    const night = { type: 'weekly' as const, from: '01:30', to: '06:30' };
    // New York, 8 March 2026: 02:00 does not come; 06:00 is inside all the same.
    expect(runs([night], '2026-03-08T04:30:00Z', 2, 'America/New_York')).toEqual(['Sun, 00', 'Sun, 12']);
  });
});
