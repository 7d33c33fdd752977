import {
  type CalendarTrigger,
  durationMillis,
  type EventTrigger,
  fromInstant,
  type IntervalTrigger,
  type Job,
  type Trigger,
  type WeekdayName,
  weekdayNames,
} from '../../../shared/index.ts';
import { wording } from '../blackout-windows.ts';
import type { Timing } from '../job-schedule.ts';
import { civilOf, weekdayOf } from '../time/civil.ts';
import { wallAt, wallText, zoneOf } from '../time/zone.ts';
import { calendarStart } from '../triggers/calendar.ts';
import type { CronSpec } from '../triggers/cron-spec.ts';
import { readCron } from '../triggers/read-cron.ts';
import type { Place } from '../triggers/trigger-instants.ts';
import type { ClockRule } from '../triggers/wall-instants.ts';
import { clockRuleText } from './clock-rule.ts';
import { dayPhrase, weekdayName } from './day-phrase.ts';
import { lengthText } from './length-text.ts';
import { listText, ordinal, plural } from './plural.ts';
import { timePhrase } from './time-phrase.ts';

/** A job's schedule in plain English, one sentence without full stop. */
export function describeJob(job: Job, place: Place): string {
  return describeTiming(job, place);
}

/** Triggers, limits and blackouts in plain English, one sentence without full stop. */
export function describeTiming(timing: Timing, place: Place): string {
  const { triggers, startAt, endAt, blackouts } = timing;
  if (triggers.length === 0) return 'By hand only';
  const words = triggers.map((trigger) => describeTrigger(trigger, place)).join('; ');
  const limits = [
    ...(startAt === null ? [] : [`from ${instantText(fromInstant(startAt), place)} on`]),
    ...(endAt === null ? [] : [`until ${instantText(fromInstant(endAt), place)}`]),
    ...(blackouts.length === 0
      ? []
      : [`not in ${listText(blackouts.map((blackout) => blackout.name ?? wording(blackout)))}`]),
  ];
  const onTheWall = triggers.some(({ type }) => type === 'cron' || type === 'calendar' || type === 'date');
  const zone = onTheWall || limits.length > 0 ? ` (${place.timezone})` : '';
  return capital(`${[words, ...limits].join(', ')}${zone}`);
}

/** One trigger in plain English, without a capital and full stop. */
export function describeTrigger(trigger: Trigger, place: Place): string {
  switch (trigger.type) {
    case 'interval':
      return describeInterval(trigger, place);
    case 'cron': {
      const { spec } = readCron(trigger);
      return spec === null ? 'never (the trigger has mistakes)' : describeCron(spec);
    }
    case 'calendar':
      return describeCalendar(trigger, place);
    case 'date':
      return `once, at ${instantText(fromInstant(trigger.at), place)}`;
    case 'event':
      return describeEvent(trigger);
  }
}

/** What the schedule does when clocks change, or null when its zone's clocks do not in the 400 days after the anchor. */
export function clockRules(timing: Timing, place: Place): string | null {
  if (!clocksChange(place)) return null;
  const rules = new Set(timing.triggers.flatMap((trigger) => ruleOf(trigger)));
  return rules.size === 0 ? null : [...rules].map((rule) => clockRuleText[rule]).join(' ');
}

function ruleOf(trigger: Trigger): (ClockRule | 'elapsed')[] {
  if (trigger.type === 'interval') return ['elapsed'];
  if (trigger.type === 'calendar') return ['once'];
  if (trigger.type !== 'cron') return [];
  const { spec } = readCron(trigger);
  return spec === null ? [] : [spec.cadence ? 'cadence' : 'once'];
}

function clocksChange({ timezone, anchor }: Place): boolean {
  const second = Math.floor(anchor / 1000);
  return zoneOf(timezone).at(second).end < second + 400 * 86_400;
}

function describeInterval(trigger: IntervalTrigger, place: Place): string {
  const length = lengthText(durationMillis(trigger) / 1000).replace(/^1 (?=\w+$)/, '');
  const offset = trigger.offset ? durationMillis(trigger.offset) / 1000 : 0;
  const shifted = offset > 0 ? `, shifted by ${lengthText(offset)}` : '';
  const anchor = trigger.anchor ? `, counted from ${instantText(fromInstant(trigger.anchor), place)}` : '';
  return `every ${length}${shifted}${anchor}`;
}

function describeCron(spec: CronSpec): string {
  const { text, daily } = timePhrase(spec);
  const days = dayPhrase(spec);
  if (days === '') return daily ? `${text} every day` : text;
  return `${text} ${days}`;
}

function describeCalendar(trigger: CalendarTrigger, place: Place): string {
  const start = calendarStart(trigger, zoneOf(place.timezone), place.anchor);
  const { every, unit, at } = trigger;
  const often = every === 1 ? `every ${unit.slice(0, -1)}` : `every ${plural(every, unit.slice(0, -1))}`;
  const counted = every === 1 ? '' : `, counted from ${wallText(start * 86_400).slice(0, 10)}`;
  if (unit === 'days') return `${often} at ${at}${counted}`;
  const day = unit === 'weeks' ? weekdaysOf(trigger, start) : monthDayOf(trigger, civilOf(start).day);
  return `${often} on ${day} at ${at}${counted}`;
}

function weekdaysOf({ weekdays }: CalendarTrigger, start: number): string {
  if (!weekdays) return weekdayName(weekdayOf(start));
  return listText(
    weekdayNames.flatMap((name, index) => (weekdays.includes(name) ? [weekdayName(index)] : [])),
  );
}

function monthDayOf({ day }: CalendarTrigger, startDay: number): string {
  if (day === 'last') return 'the last day';
  if (typeof day !== 'string') return `the ${ordinal(day ?? startDay)}`;
  const [which = '', name = ''] = day.split(' ');
  return `the ${which} ${weekdayName(weekdayNames.indexOf(name as WeekdayName))}`;
}

function describeEvent(trigger: EventTrigger): string {
  switch (trigger.event) {
    case 'start':
      return 'when Belfry starts';
    case 'wake':
      return 'when the computer wakes up';
    case 'online':
      return 'when the computer is back on line';
    case 'job': {
      const how = { success: 'has succeeded', failure: 'has failed', any: 'has ended' }[
        trigger.outcome ?? 'any'
      ];
      return `when the job "${trigger.job}" ${how}`;
    }
  }
}

/** An instant as the job's zone writes it: "2026-11-22 09:00". */
function instantText(at: number, { timezone }: Place): string {
  const second = Math.floor(at / 1000);
  return wallText(wallAt(zoneOf(timezone), second));
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
