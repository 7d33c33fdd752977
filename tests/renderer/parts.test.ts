import { describe, expect, test } from 'vitest';
import { countFor } from '../../renderer/ui/count.ts';
import { hourTicks, laneOf } from '../../renderer/ui/day.ts';
import { highlight } from '../../renderer/ui/highlight.ts';
import { jsonText } from '../../renderer/ui/json-text.ts';
import { clock } from '../../renderer/ui/time.ts';
import { bytes, explain, gapText, plural, withoutCode } from '../../renderer/ui/wording.ts';
import { argvText, graphemes } from '../../shared/index.ts';

describe('counting characters', () => {
  test('what people see as one counts one', () => {
    expect(graphemes('👨‍👩‍👧‍👦e\u0301')).toBe(2);
  });

  test('Mastodon counts a link as 23 and a mention without its server', () => {
    expect(countFor('mastodon', 'https://a.example/a/very/long/address/that/goes/on')).toBe(23);
    expect(countFor('mastodon', 'x https://a.example')).toBe(25);
    expect(countFor('mastodon', 'hi @ada@mastodon.example!')).toBe('hi @ada!'.length);
    expect(countFor('instagram', 'https://a.example')).toBe(17);
  });
});

describe('the timeline', () => {
  const from = Date.parse('2026-11-22T09:10:00Z');
  const day = 86_400_000;

  test('places instants as shares and leaves out the others', () => {
    const lane = laneOf(
      { id: 'a', name: 'A', kind: 'job' },
      [from - 1, from, from + day / 2, from + 2 * day],
      from,
      day,
    );
    expect(lane).toMatchObject({ marks: [0, 0.5], dense: false });
  });

  test('draws what is too often as a line', () => {
    const often = Array.from({ length: 100 }, (_, index) => from + index * 60_000);
    expect(laneOf({ id: 'a', name: 'A', kind: 'job' }, often, from, day).dense).toBe(true);
  });

  test.each(['UTC', 'Asia/Kolkata', 'America/New_York'])('labels full hours of %s', (zone) => {
    const hourOf = (at: number) => {
      const [hours = 0, minutes = 0] = clock(at, zone).split(':').map(Number);
      return hours + minutes / 60;
    };
    const ticks = hourTicks(from, day, 3, hourOf);
    expect(ticks).toHaveLength(8);
    expect(ticks.every((tick) => tick.hour % 3 === 0 && tick.share >= 0 && tick.share <= 1)).toBe(true);
  });
});

test('a search hit is marked without regard to case', () => {
  expect(highlight('An error: Error', 'ERROR')).toEqual([
    { text: 'An ', hit: false },
    { text: 'error', hit: true },
    { text: ': ', hit: false },
    { text: 'Error', hit: true },
  ]);
  expect(highlight('İx', 'x')).toEqual([{ text: 'İx', hit: false }]);
});

test('JSON keeps short lists on one line and breaks long ones', () => {
  const value = {
    id: 'a',
    args: ['one', 'two'],
    empty: [],
    none: {},
    long: ['x'.repeat(40), 'y'.repeat(40)],
  };
  const text = jsonText(value);
  expect(JSON.parse(text)).toEqual(value);
  expect(text).toContain('\n  "args": ["one", "two"],\n');
  expect(text).toContain('\n    "xxxx');
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(72);
});

describe('wording', () => {
  test('one and many', () => {
    expect(plural(1, 'job')).toBe('1 job');
    expect(plural(12_000, 'job')).toBe('12,000 jobs');
  });

  test('an error is told without its code', () => {
    expect(explain({ message: 'NOT_FOUND: Unknown job, in jobs. Why. Do.' })).toBe(
      'Unknown job, in jobs. Why. Do.',
    );
    expect(withoutCode('Nothing to strip: here')).toBe('Nothing to strip: here');
  });

  test('a gap says how many, what and when', () => {
    const gap = { count: 12, first: '2026-11-22T02:00:00Z', last: '2026-11-22T08:00:00Z' };
    const now = Date.parse('2026-11-22T09:00:00Z');
    expect(gapText({ status: 'missed', gap }, 'UTC', now)).toBe('12 slots missed, Today 02:00–08:00');
    expect(gapText({ status: 'success', gap: null }, 'UTC', now)).toBeUndefined();
  });

  test('words of a command can be told apart', () => {
    expect(argvText(['echo', 'two words', "it's", ''])).toBe("echo 'two words' 'it'\\''s' ''");
    expect(argvText(["it's\n\\two\x1b[31m"])).toBe("$'it\\'s\\n\\\\two\\x1b[31m'");
  });

  test('sizes', () => {
    expect([640, 12_300, 3_400_000].map(bytes)).toEqual(['640 B', '12 kB', '3.4 MB']);
  });
});
