import { z } from 'zod';
import { idSchema, instantSchema, timezoneSchema, wallTimeSchema } from './basics.ts';
import { postViewSchema } from './post.ts';
import { weekdayNames } from './trigger.ts';

/** Times of the week at which one account publishes what is in its queue. */
export const weeklySlotSchema = z.strictObject({
  days: z
    .array(z.enum(weekdayNames, 'must be sun, mon, tue, wed, thu, fri or sat'))
    .min(1, 'must name a day')
    .default([...weekdayNames]),
  /** Wall time in the queue's zone. */
  at: wallTimeSchema,
});
export type WeeklySlot = z.infer<typeof weeklySlotSchema>;

/** The weekly slots of one account, in config.json: they outlive the account's sign-in, and its removal. */
export const queueSchema = z.strictObject({
  account: idSchema,
  /** null = the zone of jobs without one of their own. */
  timezone: timezoneSchema.nullable().default(null),
  slots: z.array(weeklySlotSchema).min(1, 'must have a slot').max(200, 'must be at most 200'),
});
export type Queue = z.infer<typeof queueSchema>;

/** A queue as clients see it: its next slots with what is in them, and what else the account has between them. */
export const queueViewSchema = z.strictObject({
  account: z.string(),
  /** False when Belfry has no such account (any more). */
  known: z.boolean(),
  timezone: z.string(),
  slots: z.array(weeklySlotSchema),
  /** By time; `slot` is false for a post whose time is no slot of the queue. */
  upcoming: z.array(
    z.strictObject({ at: instantSchema, slot: z.boolean(), post: postViewSchema.nullable() }),
  ),
  /** Posts of the account that wait and are not in `upcoming`. */
  later: z.int(),
});
export type QueueView = z.infer<typeof queueViewSchema>;

/** Where a post of a queue can go; the posts that it passes move by one slot. */
export const queuePlaces = ['top', 'bottom', 'up', 'down'] as const;
export type QueuePlace = (typeof queuePlaces)[number];
