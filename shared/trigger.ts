import { z } from 'zod';
import { daySchema, idSchema, instantSchema, wallTimeSchema } from './basics.ts';

const count = z
  .int('must be a whole number')
  .min(0, 'must not be negative')
  .max(1_000_000, 'must be at most 1000000');

/** A length of elapsed time by its parts; left-out parts count 0. */
export const durationSchema = z.strictObject({
  weeks: count.optional(),
  days: count.optional(),
  hours: count.optional(),
  minutes: count.optional(),
  seconds: count.optional(),
});
export type Duration = z.infer<typeof durationSchema>;

/** Fires at anchor + offset + k·interval: elapsed time, which daylight saving does not move. */
export const intervalTriggerSchema = z
  .strictObject({
    type: z.literal('interval'),
    ...durationSchema.shape,
    /** Default: the instant at which Belfry first saw the job, kept for ever. */
    anchor: instantSchema.optional(),
    offset: durationSchema.optional(),
  })
  .refine((trigger) => durationMillis(trigger) >= 1000, {
    error: 'must have a length of at least one second; give weeks, days, hours, minutes or seconds',
    path: [],
  });

const field = z.union([z.string().min(1, 'must not be empty'), z.int('must be a whole number or text')]);

/** APScheduler's cron fields: left-out fields below the least significant one given take their minimum, above it `*`. */
export const cronFieldsSchema = z
  .strictObject({
    year: field.optional(),
    month: field.optional(),
    day: field.optional(),
    week: field.optional(),
    dayOfWeek: z
      .string('takes names only (mon, tue, …): a number means Monday to APScheduler and Sunday to cron')
      .regex(
        /^[^0-9]*$/,
        'takes names only (mon, tue, …): a number means Monday to APScheduler and Sunday to cron',
      )
      .optional(),
    hour: field.optional(),
    minute: field.optional(),
    second: field.optional(),
  })
  .refine((fields) => Object.keys(fields).length > 0, 'must have at least one field');
export type CronFields = z.infer<typeof cronFieldsSchema>;

/** Either `expression` (node-cron's syntax, 5 or 6 fields) or `fields`; what they mean is checked by the scheduler. */
export const cronTriggerSchema = z
  .strictObject({
    type: z.literal('cron'),
    expression: z
      .string()
      .min(1, 'must not be empty')
      .max(500, 'must have at most 500 characters')
      .optional(),
    fields: cronFieldsSchema.optional(),
  })
  .refine((trigger) => (trigger.expression === undefined) !== (trigger.fields === undefined), {
    error: 'must have either "expression" or "fields", not both',
    path: ['expression'],
  });

/** Fires once. */
export const dateTriggerSchema = z.strictObject({ type: z.literal('date'), at: instantSchema });

/** Fires on something that happens: engine start, wake from sleep, back on line, or the end of another job. */
export const eventTriggerSchema = z
  .strictObject({
    type: z.literal('event'),
    event: z.enum(['start', 'wake', 'online', 'job'], 'must be start, wake, online or job'),
    job: idSchema.optional(),
    outcome: z.enum(['success', 'failure', 'any'], 'must be success, failure or any').optional(),
  })
  .refine((trigger) => (trigger.event === 'job') === (trigger.job !== undefined), {
    error: 'must be given for the event "job", and for no other',
    path: ['job'],
  })
  .refine((trigger) => trigger.event === 'job' || trigger.outcome === undefined, {
    error: 'belongs to the event "job" only',
    path: ['outcome'],
  });

/** Names of weekdays as `calendar` triggers and blackouts take them, Sunday first as in cron. */
export const weekdayNames = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
export type WeekdayName = (typeof weekdayNames)[number];

const dayOfMonth = z.union(
  [
    z.int().min(1, 'must be at least 1').max(31, 'must be at most 31'),
    z
      .string()
      .regex(
        /^(?:last|(?:1st|2nd|3rd|4th|5th|last) (?:sun|mon|tue|wed|thu|fri|sat))$/,
        'must be a day of the month (1 to 31), "last", or a weekday of the month such as "2nd tue" or "last fri"',
      ),
  ],
  'must be a day of the month (1 to 31), "last", or a weekday of the month such as "2nd tue" or "last fri"',
);

/** Fires at a wall time of every N-th day, week or month, counted from a day. */
export const calendarTriggerSchema = z
  .strictObject({
    type: z.literal('calendar'),
    every: z.int().min(1, 'must be at least 1').max(1200, 'must be at most 1200').default(1),
    unit: z.enum(['days', 'weeks', 'months'], 'must be days, weeks or months'),
    /** Wall time in the job's zone. */
    at: wallTimeSchema,
    /** The day from which is counted; its week (from Monday) or month is the first. Default: when Belfry first saw the job. */
    from: daySchema.optional(),
    /** Weekdays, for weeks. Default: the weekday of `from`. */
    weekdays: z.array(z.enum(weekdayNames, 'must be sun, mon, tue, wed, thu, fri or sat')).min(1).optional(),
    /** Day of the month, for months. Default: the day of `from`. A month without that day is left out. */
    day: dayOfMonth.optional(),
  })
  .refine((trigger) => trigger.weekdays === undefined || trigger.unit === 'weeks', {
    error: 'belongs to the unit "weeks" only',
    path: ['weekdays'],
  })
  .refine((trigger) => trigger.day === undefined || trigger.unit === 'months', {
    error: 'belongs to the unit "months" only',
    path: ['day'],
  });

/** What makes a job due (design §3.2). */
export const triggerSchema = z.discriminatedUnion(
  'type',
  [intervalTriggerSchema, cronTriggerSchema, calendarTriggerSchema, dateTriggerSchema, eventTriggerSchema],
  'must be interval, cron, calendar, date or event',
);
export type Trigger = z.infer<typeof triggerSchema>;
export type IntervalTrigger = z.infer<typeof intervalTriggerSchema>;
export type CronTrigger = z.infer<typeof cronTriggerSchema>;
export type CalendarTrigger = z.infer<typeof calendarTriggerSchema>;
export type DateTrigger = z.infer<typeof dateTriggerSchema>;
export type EventTrigger = z.infer<typeof eventTriggerSchema>;

/** The length of a duration in milliseconds. */
export function durationMillis(duration: Duration): number {
  const { weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0 } = duration;
  return ((((weeks * 7 + days) * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000;
}
