import {
  type CalendarTrigger,
  fromInstant,
  type Problem,
  pathOf,
  type Trigger,
  toInstant,
} from '../../../shared/index.ts';
import { jobSchedule, type Timing } from '../job-schedule.ts';
import { lastYear } from '../time/zone.ts';
import { readCron } from '../triggers/read-cron.ts';
import { type Place, triggerInstants } from '../triggers/trigger-instants.ts';

/** What is wrong with one trigger, fields named within it; [] when it means something. */
export function checkTrigger(trigger: Trigger, place: Place): Problem[] {
  const meaning = checkMeaning(trigger);
  if (meaning.length > 0 || trigger.type === 'event') return meaning;
  if (triggerInstants(trigger, { ...place, timezone: abstract }).next(dawn) !== null) return [];
  return [{ field: fieldOf(trigger), message: `can never fire: ${whyNever(trigger)}` }];
}

/** What may be meant otherwise in good triggers: fields named within each, such as `triggers[0].expression`. */
export function triggerNotes(triggers: readonly Trigger[]): Problem[] {
  return triggers.flatMap((trigger, index) => {
    const spec = trigger.type === 'cron' ? readCron(trigger).spec : null;
    if (!spec?.days || !spec.weekdays) return [];
    const message =
      'sets both the day of month and the day of week: Belfry runs on days that fit both, where a crontab runs on days that fit either; for "either", use two triggers';
    return [{ field: `${pathOf(['triggers', index])}.${fieldOf(trigger)}`, message }];
  });
}

/** What is wrong with a job's triggers, limits and blackouts, each alone and all together; `after` also asks for a future. */
export function checkTriggers(timing: Timing, place: Place, after?: number): Problem[] {
  const each = timing.triggers.flatMap((trigger, index) =>
    checkTrigger(trigger, place).map(({ field, message }) => ({
      field: [pathOf(['triggers', index]), field].filter((part) => part !== '').join('.'),
      message,
    })),
  );
  const limits = checkLimits(timing);
  if (each.length + limits.length > 0) return [...each, ...limits];
  return after === undefined
    ? checkTogether(timing, { ...place, timezone: abstract }, dawn)
    : checkTogether(timing, place, after);
}

/** Questions about all time are asked from 1970 on, without the changes of a real zone: they have no part in the answer. */
const dawn = -1;
const abstract = 'UTC';

function checkMeaning(trigger: Trigger): Problem[] {
  if (trigger.type !== 'cron') return [];
  return readCron(trigger).problems.map(({ path, message }) => ({ field: path, message }));
}

function fieldOf(trigger: Trigger): string {
  if (trigger.type === 'cron') return trigger.expression === undefined ? 'fields' : 'expression';
  if (trigger.type !== 'calendar') return '';
  return beginsTooLate(trigger) ? 'from' : 'day';
}

function beginsTooLate({ from }: CalendarTrigger): boolean {
  return from !== undefined && Number(from.slice(0, 4)) > lastYear;
}

function whyNever(trigger: Trigger): string {
  if (trigger.type === 'calendar' && !beginsTooLate(trigger))
    return 'none of its months has such a day; "last" is the last day of any month';
  if (trigger.type !== 'cron') return `nothing comes until the end of ${lastYear}`;
  const { spec } = readCron(trigger);
  if (spec?.days && spec.weekdays) {
    return 'a day has to fit both the day of month and the day of week, and none does; two triggers would mean "or"';
  }
  return 'none of its months has such a day';
}

function checkLimits({ startAt, endAt }: Timing): Problem[] {
  if (startAt === null || endAt === null || fromInstant(startAt) <= fromInstant(endAt)) return [];
  return [{ field: 'endAt', message: `must not be before startAt (${startAt})` }];
}

/** More instants than this within as many seconds are more than one per second. */
const sample = 120;

function checkTogether(timing: Timing, place: Place, after: number): Problem[] {
  const timed = timing.triggers.filter(({ type }) => type !== 'event');
  if (timed.length === 0) return [];
  const schedule = jobSchedule(timing, place);
  const first = schedule.nextRun(after);
  if (first === null) {
    const hasEvents = timed.length < timing.triggers.length;
    return hasEvents
      ? []
      : [{ field: 'triggers', message: `can never fire: ${whyNotTogether(timing, place, after)}` }];
  }
  const { length } = schedule.slots.between(first - 1, first + sample * 1000 - 1);
  if (length <= sample) return [];
  return [{ field: 'triggers', message: 'fire more often than every second, all together' }];
}

function whyNotTogether(timing: Timing, place: Place, after: number): string {
  const { slots } = jobSchedule({ ...timing, blackouts: [] }, place);
  if (slots.next(after) !== null) return 'every slot falls into a blackout';
  const unlimited = jobSchedule({ ...timing, startAt: null, endAt: null, blackouts: [] }, place);
  const next = unlimited.slots.next(after);
  if (next !== null) return 'no slot lies between startAt and endAt';
  const past = unlimited.slots.next(dawn);
  return past === null
    ? `nothing comes until the end of ${lastYear}`
    : `its time is over (first slot ${toInstant(past)})`;
}
