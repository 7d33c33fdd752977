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
import type { Timing } from '../scheduled-job.ts';
import { civilOf, weekdayOf } from '../time/civil.ts';
import { wallAt, wallText, zoneOf } from '../time/zone.ts';
import type { CronSpec } from '../triggers/cron-spec.ts';
import { readCron } from '../triggers/read-cron.ts';
import { calendarStart, type TriggerContext } from '../triggers/trigger-instants.ts';
import type { ClockRule } from '../triggers/wall-instants.ts';
import { dayPhrase, lengthText, listText, ordinal, plural, timePhrase, weekdayName } from './phrases.ts';

/** A job's schedule in plain English, one sentence without full stop. */
export function describeJob(job: Job, triggerContext: TriggerContext): string {
  return describeTiming(job, triggerContext);
}

/** Triggers, limits and blackouts in plain English, one sentence without full stop. */
export function describeTiming(timing: Timing, triggerContext: TriggerContext): string {
  const { triggers, startAt, endAt, blackouts } = timing;
  if (triggers.length === 0) return 'By hand only';
  const words = triggers.map((trigger) => describeTrigger(trigger, triggerContext)).join('; ');
  const limits = [
    ...(startAt === null ? [] : [`from ${instantText(fromInstant(startAt), triggerContext)} on`]),
    ...(endAt === null ? [] : [`until ${instantText(fromInstant(endAt), triggerContext)}`]),
    ...(blackouts.length === 0
      ? []
      : [`not in ${listText(blackouts.map((blackout) => blackout.name ?? wording(blackout)))}`]),
  ];
  const onTheWall = triggers.some(({ type }) => type === 'cron' || type === 'calendar' || type === 'date');
  const zone = onTheWall || limits.length > 0 ? ` (${triggerContext.timezone})` : '';
  return capital(`${[words, ...limits].join(', ')}${zone}`);
}

/** One trigger in plain English, without a capital and full stop. */
function describeTrigger(trigger: Trigger, triggerContext: TriggerContext): string {
  switch (trigger.type) {
    case 'interval':
      return describeInterval(trigger, triggerContext);
    case 'cron': {
      const { spec } = readCron(trigger);
      return spec === null ? 'never (the trigger has mistakes)' : describeCron(spec);
    }
    case 'calendar':
      return describeCalendar(trigger, triggerContext);
    case 'date':
      return `once, at ${instantText(fromInstant(trigger.at), triggerContext)}`;
    case 'event':
      return describeEvent(trigger);
  }
}

/** What the schedule does when clocks change, or null when its zone's clocks do not in the 400 days after the anchor. */
export function clockRules(timing: Timing, triggerContext: TriggerContext): string | null {
  if (!clocksChange(triggerContext)) return null;
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

function clocksChange({ timezone, anchor }: TriggerContext): boolean {
  const second = Math.floor(anchor / 1000);
  return zoneOf(timezone).at(second).end < second + 400 * 86_400;
}

function describeInterval(trigger: IntervalTrigger, triggerContext: TriggerContext): string {
  const length = lengthText(durationMillis(trigger) / 1000).replace(/^1 (?=\w+$)/, '');
  const offset = trigger.offset ? durationMillis(trigger.offset) / 1000 : 0;
  const shifted = offset > 0 ? `, shifted by ${lengthText(offset)}` : '';
  const anchor = trigger.anchor
    ? `, counted from ${instantText(fromInstant(trigger.anchor), triggerContext)}`
    : '';
  return `every ${length}${shifted}${anchor}`;
}

function describeCron(spec: CronSpec): string {
  const { text, daily } = timePhrase(spec);
  const days = dayPhrase(spec);
  if (days === '') return daily ? `${text} every day` : text;
  return `${text} ${days}`;
}

function describeCalendar(trigger: CalendarTrigger, triggerContext: TriggerContext): string {
  const start = calendarStart(trigger, zoneOf(triggerContext.timezone), triggerContext.anchor);
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
function instantText(at: number, { timezone }: TriggerContext): string {
  const second = Math.floor(at / 1000);
  return wallText(wallAt(zoneOf(timezone), second));
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** What a schedule does when clocks change (design §3.2). */
const clockRuleText: Record<ClockRule | 'elapsed', string> = {
  once: 'When clocks change, a fixed time that is jumped over runs at the end of the gap, and one that comes twice runs the first time only.',
  cadence:
    'When clocks change, a time with a wildcard or step in its hours runs whenever the clock shows it: not in a gap, and twice in a repeated hour.',
  elapsed: 'An interval counts elapsed time, which clock changes do not move.',
};
