import fc from 'fast-check';
import { expect, test } from 'vitest';
import { absolute, clock, dayNumber, duration, exact, relative, span } from '../../renderer/ui/time.ts';

const at = (text: string) => Date.parse(text);
const now = at('2026-11-22T09:00:00Z');
const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

test.each([
  [0, '0 s'],
  [30, '< 0.1 s'],
  [430, '0.4 s'],
  [9_990, '9.9 s'],
  [12_900, '12 s'],
  [3 * minute, '3 min'],
  [3 * minute + 5 * second, '3 min 5 s'],
  [2 * hour + 4 * minute + 59 * second, '2 h 4 min'],
  [day, '1 day'],
  [day + 5 * hour, '1 day 5 h'],
  [3 * day + 2 * hour, '3 days 2 h'],
  [-5, '0 s'],
])('a length of %d ms is %s', (ms, text) => {
  expect(duration(ms)).toBe(text);
});

test.each([
  [2 * second, 'now'],
  [-2 * second, 'just now'],
  [12 * second, 'in 12 s'],
  [12 * minute, 'in 12 min'],
  [-12 * minute, '12 min ago'],
  [3 * hour + 20 * minute, 'in 3 h 20 min'],
  [-26 * hour, '26 h ago'],
  [3 * day, 'in 3 days'],
  [-90 * day, '3 months ago'],
  [1000 * day, 'in 3 years'],
])('%d ms from now is %s', (distance, text) => {
  expect(relative(now + distance, now)).toBe(text);
});

test('an instant names its day only as far as needed', () => {
  expect(absolute(at('2026-11-22T14:30:00Z'), 'UTC', now)).toBe('Today 14:30');
  expect(absolute(at('2026-11-23T02:00:00Z'), 'UTC', now)).toBe('Tomorrow 02:00');
  expect(absolute(at('2026-11-21T23:59:00Z'), 'UTC', now)).toBe('Yesterday 23:59');
  expect(absolute(at('2026-11-29T09:00:00Z'), 'UTC', now)).toBe('Sun 29 Nov 09:00');
  expect(absolute(at('2027-01-03T09:00:00Z'), 'UTC', now)).toBe('Sun 3 Jan 2027 09:00');
});

test('the same instant is another day in another zone', () => {
  const late = at('2026-11-22T23:30:00Z');
  expect(absolute(late, 'UTC', now)).toBe('Today 23:30');
  expect(absolute(late, 'Asia/Tokyo', now)).toBe('Tomorrow 08:30');
  expect(absolute(late, 'Asia/Kolkata', now)).toBe('Tomorrow 05:00');
});

test('seconds are shown when they say something, always, or never', () => {
  const odd = at('2026-11-22T14:30:15Z');
  expect(clock(odd, 'UTC')).toBe('14:30:15');
  expect(clock(odd, 'UTC', 'never')).toBe('14:30');
  expect(clock(at('2026-11-22T14:30:00Z'), 'UTC', 'always')).toBe('14:30:00');
  expect(clock(at('2026-11-22T00:00:00Z'), 'UTC')).toBe('00:00');
});

test('the exact instant names its zone', () => {
  expect(exact(now, 'UTC')).toMatch(/^Sunday.* 22 November 2026.* 09:00:00 UTC$/);
});

test('a span names the day once when both ends share it', () => {
  expect(span(at('2026-11-22T02:00:00Z'), at('2026-11-22T08:00:00Z'), 'UTC', now)).toBe('Today 02:00–08:00');
  expect(span(at('2026-11-21T22:00:00Z'), at('2026-11-22T08:00:00Z'), 'UTC', now)).toBe(
    'Yesterday 22:00 – Today 08:00',
  );
  expect(span(now, now, 'UTC', now)).toBe('Today 09:00');
});

test('days are counted by the calendar, also on the short and long days of a clock change', () => {
  const zone = 'America/New_York';
  expect(dayNumber(at('2026-03-09T04:30:00Z'), zone) - dayNumber(at('2026-03-08T05:30:00Z'), zone)).toBe(1);
  expect(dayNumber(at('2026-11-02T04:30:00Z'), zone) - dayNumber(at('2026-11-01T04:30:00Z'), zone)).toBe(0);
});

test('wording never breaks, whatever the instants', () => {
  const instant = fc.integer({ min: 0, max: 4_000_000_000_000 });
  fc.assert(
    fc.property(instant, instant, (one, other) => {
      expect(relative(one, other)).toMatch(/^(now|just now|in \d.*|\d.* ago)$/);
      expect(absolute(one, 'Europe/Berlin', other)).toMatch(/ \d\d:\d\d(:\d\d)?$/);
    }),
  );
});
