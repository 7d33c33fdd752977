import { z } from 'zod';
import { daySchema, wallTimeSchema } from './basics.ts';
import { weekdayNames } from './trigger.ts';

const name = z.string().min(1, 'must not be empty').max(100, 'must have at most 100 characters').optional();

/** Hours of the week without runs, in the job's zone; `to` at or before `from` means the next day. */
export const weeklyBlackoutSchema = z.strictObject({
  type: z.literal('weekly'),
  name,
  /** Days on which the window begins. */
  days: z
    .array(z.enum(weekdayNames, 'must be sun, mon, tue, wed, thu, fri or sat'))
    .min(1, 'must name a day')
    .default([...weekdayNames]),
  from: wallTimeSchema,
  /** Not part of the window any more. */
  to: wallTimeSchema,
});

/** Whole days without runs, first and last included, in the job's zone. */
export const datesBlackoutSchema = z
  .strictObject({ type: z.literal('dates'), name, from: daySchema, to: daySchema })
  .refine((window) => window.from <= window.to, { error: 'must not be before "from"', path: ['to'] });

/** A time in which a job's slots are recorded as skipped instead of run. */
export const blackoutSchema = z.discriminatedUnion(
  'type',
  [weeklyBlackoutSchema, datesBlackoutSchema],
  'must be weekly or dates',
);
export type Blackout = z.infer<typeof blackoutSchema>;
