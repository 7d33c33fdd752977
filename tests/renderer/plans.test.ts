import { describe, expect, test } from 'vitest';
import { draftOfRule, emptyRule, ruleOf } from '../../renderer/features/plans/rule-draft.ts';
import {
  draftOfSeries,
  emptySeries,
  keptBeside,
  seriesOf,
  valuesAsked,
} from '../../renderer/features/plans/series-draft.ts';
import { beforeEnd } from '../../renderer/features/plans/series-preview.tsx';
import {
  draftOfSlots,
  movable,
  slotsOf,
  slotText,
  withOneMore,
} from '../../renderer/features/plans/slot-draft.ts';
import { needsText, sampleValues, tagsOf, tagsText } from '../../renderer/features/plans/snippet-draft.ts';
import { problemAt } from '../../renderer/ui/problems.ts';
import { calendarTriggerSchema, check, type SeriesDetails, seriesInputSchema } from '../../shared/index.ts';
import { samplePost } from '../support/window/sample.ts';

const now = Date.parse('2026-11-22T12:00:00Z');

describe('the fields of a rule', () => {
  test.each([
    { type: 'calendar', every: 1, unit: 'days', at: '09:00', from: '2026-11-22' },
    { type: 'calendar', every: 2, unit: 'weeks', at: '18:30', weekdays: ['mon', 'thu'], from: '2026-11-16' },
    { type: 'calendar', every: 3, unit: 'months', at: '09:00:30', day: 31, from: '2026-11-22' },
    { type: 'calendar', every: 1, unit: 'months', at: '09:00', day: 'last', from: '2026-11-22' },
    { type: 'calendar', every: 1, unit: 'months', at: '09:00', day: '2nd tue', from: '2026-11-22' },
    { type: 'calendar', every: 1, unit: 'months', at: '09:00', day: 'last fri', from: '2026-11-22' },
  ] as const)('read $unit and write them back the same ($day)', (given) => {
    const rule = calendarTriggerSchema.parse(given);
    expect(ruleOf(draftOfRule(rule, '2020-02-02'))).toEqual(rule);
  });

  test('a rule without a first day counts on from its next post', () => {
    const weekly = calendarTriggerSchema.parse({ type: 'calendar', every: 2, unit: 'weeks', at: '09:00' });
    expect(ruleOf(draftOfRule(weekly, '2026-11-24'))).toMatchObject({
      from: '2026-11-24',
      weekdays: ['tue'],
    });
    const monthly = calendarTriggerSchema.parse({ type: 'calendar', unit: 'months', at: '09:00' });
    expect(ruleOf(draftOfRule(monthly, '2026-11-24'))).toMatchObject({ from: '2026-11-24', day: 24 });
  });

  test('what is not typed yet is told at its field', () => {
    const draft = { ...emptyRule('2026-11-22'), every: '', weekdays: [], at: '' };
    const checked = check(calendarTriggerSchema, ruleOf(draft));
    expect(checked.ok ? [] : checked.problems.map(({ field }) => field).sort()).toEqual([
      'at',
      'every',
      'weekdays',
    ]);
  });
});

describe('the fields of a series', () => {
  const draft = {
    ...emptySeries('America/New_York', now),
    name: 'Opening days',
    text: 'Open on {date}. {greeting}',
    accounts: ['ada'],
    values: { greeting: 'Welcome', gone: '' },
  };

  test('make a series that the engine takes', () => {
    const series = seriesInputSchema.parse(
      seriesOf({
        ...draft,
        end: 'at',
        endAt: '2026-12-24T18:00',
        media: [{ key: 1, path: ' /a.png ', alt: 'A' }],
      }),
    );
    expect(series).toMatchObject({
      name: 'Opening days',
      rule: { every: 1, unit: 'weeks', weekdays: ['sun'], from: '2026-11-22' },
      timezone: 'America/New_York',
      end: { at: '2026-12-24T23:00:00.000Z' },
      post: { text: draft.text, values: { greeting: 'Welcome' }, media: [{ path: '/a.png', alt: 'A' }] },
    });
  });

  test('braces stay braces when nothing is to be filled', () => {
    expect(seriesOf({ ...draft, fills: false }).post).not.toHaveProperty('values');
  });

  test('a named text takes the place of the words', () => {
    const { post } = seriesOf({ ...draft, words: 'template', template: 'weekly' });
    expect(post).toMatchObject({ text: '', template: 'weekly', values: { greeting: 'Welcome' } });
  });

  test('an end that is not a time is a problem of the end, in a zone that is none as well', () => {
    for (const part of [{ endAt: '' }, { endAt: '2026-12-24T18:00', timezone: 'Nowhere/Land' }]) {
      const checked = check(seriesInputSchema, seriesOf({ ...draft, end: 'at', ...part }));
      expect(checked.ok ? undefined : problemAt(checked.problems, 'end')).toMatch(/instant/);
    }
  });

  test('a series that is edited keeps what the form has no field for', () => {
    const series = seriesInputSchema.parse({
      name: 'News',
      rule: { type: 'calendar', unit: 'days', at: '09:00' },
      timezone: 'Europe/Berlin',
      end: { at: '2027-01-01T11:00:00.000Z' },
      post: {
        text: 'Hello',
        accounts: ['ada'],
        media: [{ path: '/a.png', alt: 'A', focus: [0.5, -0.5], url: 'https://a.example/a.png' }],
        thread: [{ text: 'More' }],
        overrides: { ada: { text: 'Hi' } },
        visibility: 'unlisted',
        tags: ['news'],
      },
    });
    const details: SeriesDetails = {
      series,
      view: {
        id: 's',
        name: 'News',
        status: 'active',
        schedule: 'Every day',
        timezone: 'Europe/Berlin',
        accounts: ['ada'],
        next: null,
        past: 0,
        problem: null,
      },
      occurrences: [
        { at: '2026-11-21T08:00:00.000Z', state: 'made', post: null },
        { at: '2026-11-23T08:00:00.000Z', state: 'planned', post: null },
      ],
      gaps: [],
    };
    const again = seriesInputSchema.parse(seriesOf(draftOfSeries(details, now), series.post));
    expect(again).toEqual({ ...series, rule: { ...series.rule, from: '2026-11-23' } });
    expect(keptBeside(series.post)).toEqual([
      'a thread of 2 parts',
      'other words for some accounts',
      'a visibility',
      'tags',
    ]);
  });

  test('the day needs no value', () => {
    expect(valuesAsked('{date} {title} {title} {hashtags:town} {{x}}')).toEqual(['title']);
  });

  test('the preview ends where the series does', () => {
    const times = {
      timezone: 'UTC',
      description: '',
      next: ['2026-11-23T09:00:00Z', '2026-11-24T09:00:00Z', '2026-11-25T09:00:00Z'],
    };
    expect(beforeEnd(times, null, 0).next).toHaveLength(3);
    expect(beforeEnd(times, { count: 12 }, 10).next).toHaveLength(2);
    expect(beforeEnd(times, { count: 3 }, 10).next).toHaveLength(0);
    expect(beforeEnd(times, { at: '2026-11-24T10:00:00+01:00' }, 0).next).toHaveLength(2);
  });
});

describe('weekly slots', () => {
  test('are told in words', () => {
    expect(slotText({ days: ['mon', 'tue', 'wed', 'thu', 'fri'], at: '09:00' })).toBe('Mon–Fri 09:00');
    expect(slotText({ days: ['sun', 'mon', 'wed'], at: '18:00' })).toBe('Mon, Wed, Sun 18:00');
    expect(slotText({ days: ['sat', 'sun'], at: '10:00' })).toBe('Sat, Sun 10:00');
    expect(slotText({ days: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'], at: '07:30' })).toBe(
      'every day 07:30',
    );
  });

  test('are lines that can be added and taken away', () => {
    const [first, second] = withOneMore(draftOfSlots([{ days: ['mon'], at: '09:00' }]));
    expect(second).toEqual({ key: 1, days: ['mon'], at: '' });
    expect(slotsOf([{ ...first, key: 0, days: ['wed', 'sun'], at: '08:00' }])).toEqual([
      { days: ['sun', 'wed'], at: '08:00' },
    ]);
    expect(draftOfSlots([])).toHaveLength(1);
    expect(withOneMore([])).toHaveLength(1);
  });

  test('only posts in slots can be moved', () => {
    const at = '2026-11-23T09:00:00.000Z';
    const entry = (id: string, slot: boolean) => ({ at, slot, post: samplePost({ id }) });
    expect(
      movable([entry('a', true), entry('b', false), { at, slot: true, post: null }, entry('c', true)]),
    ).toEqual(['a', 'c']);
  });
});

describe('texts and hashtags', () => {
  test('tags are read as people write them', () => {
    expect(tagsOf(' #news, town\n#news  photo,')).toEqual(['#news', 'town', 'photo']);
    expect(tagsText(['news', '#town'])).toBe('#news #town');
  });

  test('every placeholder has a sample, and says what it takes', () => {
    const text = 'On {date}: {main_title} {hashtags:town}';
    expect(sampleValues(text, '2026-11-22')).toEqual({ date: '2026-11-22', main_title: 'main title' });
    expect(needsText(text, [{ id: 'town', tags: ['a'] }])).toBe('{date}, {main_title}, {hashtags:town}');
  });
});

test('a mistake stands at its field or inside it, not beside it', () => {
  const problems = [
    { field: 'rule.weekdays[0]', message: 'must be a day' },
    { field: 'ruler', message: 'is wrong' },
    { field: 'name', message: 'must not be empty' },
  ];
  expect(problemAt(problems, 'name')).toBe('This must not be empty.');
  expect(problemAt(problems, 'rule.weekdays')).toBe('This must be a day.');
  expect(problemAt(problems.slice(1), 'rule')).toBeUndefined();
});
