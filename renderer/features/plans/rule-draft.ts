import { type CalendarTrigger, type WeekdayName, weekdayNames } from '../../../shared/index.ts';

export const whichOfMonth = ['1st', '2nd', '3rd', '4th', '5th', 'last'] as const;
export type WhichOfMonth = (typeof whichOfMonth)[number];

/** What stands in the fields of a rule. */
export type RuleDraft = {
  unit: CalendarTrigger['unit'];
  every: string;
  /** Wall time, as the input field has it. */
  at: string;
  weekdays: readonly WeekdayName[];
  monthBy: 'day' | 'weekday' | 'last';
  day: string;
  which: WhichOfMonth;
  weekday: WeekdayName;
  /** The day from which is counted. */
  from: string;
};

/** The fields for a new rule: every week on the weekday of `today` (2026-11-22) at nine. */
export function emptyRule(today: string): RuleDraft {
  return {
    unit: 'weeks',
    every: '1',
    at: '09:00',
    weekdays: [weekdayOf(today)],
    monthBy: 'day',
    day: String(dayOfMonth(today)),
    which: '1st',
    weekday: weekdayOf(today),
    from: today,
  };
}

/** The fields of a rule. `next` is the day of its next post (or today): a rule that says no first day counts from there as well. */
export function draftOfRule(rule: CalendarTrigger, next: string): RuleDraft {
  const from = rule.from ?? next;
  const fields = { ...emptyRule(from), unit: rule.unit, every: String(rule.every), at: rule.at };
  if (rule.weekdays) return { ...fields, weekdays: rule.weekdays };
  if (rule.day === undefined) return fields;
  if (typeof rule.day === 'number') return { ...fields, day: String(rule.day) };
  if (rule.day === 'last') return { ...fields, monthBy: 'last' };
  const [which, weekday] = rule.day.split(' ');
  return {
    ...fields,
    monthBy: 'weekday',
    which: whichOfMonth.find((known) => known === which) ?? fields.which,
    weekday: weekdayNames.find((known) => known === weekday) ?? fields.weekday,
  };
}

/** The rule that the fields mean, not checked yet. */
export function ruleOf(draft: RuleDraft): CalendarTrigger {
  const { unit, at, from } = draft;
  const rule = { type: 'calendar' as const, every: number(draft.every), unit, at, from };
  if (unit === 'days') return rule;
  if (unit === 'weeks')
    return { ...rule, weekdays: weekdayNames.filter((name) => draft.weekdays.includes(name)) };
  return { ...rule, day: monthDay(draft) };
}

function monthDay({ monthBy, day, which, weekday }: RuleDraft): number | string {
  if (monthBy === 'last') return 'last';
  return monthBy === 'day' ? number(day) : `${which} ${weekday}`;
}

/** A number as typed; what is none becomes NaN, which no schema takes. */
export function number(text: string): number {
  return text.trim() === '' ? Number.NaN : Number(text);
}

function weekdayOf(day: string): WeekdayName {
  return weekdayNames[new Date(`${day}T00:00:00Z`).getUTCDay()] ?? 'mon';
}

function dayOfMonth(day: string): number {
  return new Date(`${day}T00:00:00Z`).getUTCDate();
}
