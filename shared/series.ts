import { z } from 'zod';
import { instantSchema, timezoneSchema } from './basics.ts';
import { wireErrorSchema } from './error.ts';
import { targetStatuses } from './post.ts';
import { postRequestSchema } from './post-request.ts';
import { calendarTriggerSchema } from './trigger.ts';

const { publishAt: _time, key: _key, ...shape } = postRequestSchema.shape;

/** What every post of a series says; `{date}` is the day of the post in the zone of the series. */
export const seriesPostSchema = z.strictObject(shape);
export type SeriesPost = z.output<typeof seriesPostSchema>;

/** When a series ends: after an instant, or after so many posts of its rule (what was skipped or missed counts). */
export const seriesEndSchema = z.union(
  [
    z.strictObject({ at: instantSchema }),
    z.strictObject({
      count: z.int().min(1, 'must be at least 1').max(10_000, 'must be at most 10000'),
    }),
  ],
  'must have either "at" (an instant) or "count"',
);
export type SeriesEnd = z.infer<typeof seriesEndSchema>;

/** A post that comes again and again, by the calendar. */
export const seriesInputSchema = z.strictObject({
  name: z.string().trim().min(1, 'must not be empty').max(200, 'must have at most 200 characters'),
  rule: calendarTriggerSchema,
  /** Zone of the rule's wall time. null = the zone that jobs have when the series is made; it keeps it. */
  timezone: timezoneSchema.nullable().default(null),
  end: seriesEndSchema.nullable().default(null),
  /** Days ahead of its time that each post is made, so that it can be seen, edited or skipped. */
  aheadDays: z.int().min(1, 'must be at least 1').max(366, 'must be at most 366').default(14),
  post: seriesPostSchema,
});
export type SeriesInput = z.output<typeof seriesInputSchema>;
export type SeriesDraft = z.input<typeof seriesInputSchema>;

/** `active` makes posts, `paused` does not, `ended` has none to come. */
export const seriesStatuses = ['active', 'paused', 'ended'] as const;

/** A series in a list. */
export const seriesViewSchema = z.strictObject({
  id: z.string(),
  name: z.string(),
  status: z.enum(seriesStatuses),
  /** The rule in words. */
  schedule: z.string(),
  timezone: z.string(),
  accounts: z.array(z.string()),
  /** The next post that is not skipped. */
  next: instantSchema.nullable(),
  /** Posts of the rule whose time is past: published, skipped or missed. */
  past: z.int(),
  /** Why its next post could not be made; null when nothing is wrong. */
  problem: wireErrorSchema.nullable(),
});
export type SeriesView = z.infer<typeof seriesViewSchema>;

/** One post of a series to come, or the newest of those that were. */
export const occurrenceSchema = z.strictObject({
  at: instantSchema,
  /** `planned` is not made yet; `edited` was made and then changed by the user, so that the series leaves it alone. */
  state: z.enum(['planned', 'made', 'edited', 'skipped']),
  post: z.strictObject({ id: z.string(), status: z.enum(targetStatuses) }).nullable(),
});
export type Occurrence = z.infer<typeof occurrenceSchema>;

/** Posts of a series that were not made, as one record. */
export const seriesGapSchema = z.strictObject({
  at: instantSchema,
  count: z.int(),
  first: instantSchema,
  last: instantSchema,
  reason: z.string(),
});
export type SeriesGap = z.infer<typeof seriesGapSchema>;

/** A series with all that can be said of it. */
export const seriesDetailsSchema = z.strictObject({
  view: seriesViewSchema,
  /** As it would be given to `series.set`. */
  series: seriesInputSchema,
  /** By time: the newest past ones, then those to come. */
  occurrences: z.array(occurrenceSchema),
  /** What was not made, newest first. */
  gaps: z.array(seriesGapSchema),
});
export type SeriesDetails = z.infer<typeof seriesDetailsSchema>;
