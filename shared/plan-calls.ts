import { z } from 'zod';
import { idSchema, instantSchema, timezoneSchema } from './basics.ts';
import { queuePlaces, queueViewSchema, weeklySlotSchema } from './queue.ts';
import { seriesDetailsSchema, seriesInputSchema, seriesViewSchema } from './series.ts';
import { hashtagGroupSchema, snippetsSchema, textSnippetSchema, valuesSchema } from './snippet.ts';

const byId = z.strictObject({ id: z.string().min(1) });
const shown = z.int().min(1, 'must be at least 1').max(500, 'must be at most 500').default(20);

/** Calls about what will be posted: series, weekly slots, named texts. Part of the contract. */
export const planContract = {
  'series.list': { in: z.strictObject({}), out: z.array(seriesViewSchema) },
  'series.get': { in: byId, out: seriesDetailsSchema },
  'series.add': { in: z.strictObject({ series: seriesInputSchema }), out: seriesViewSchema },
  /** What is past stays; posts to come are made anew, but for those that the user has edited. */
  'series.set': {
    in: z.strictObject({ id: z.string().min(1), series: seriesInputSchema }),
    out: seriesViewSchema,
  },
  /** Takes the posts to come back, but for those that the user has edited. */
  'series.pause': { in: byId, out: seriesViewSchema },
  'series.resume': { in: byId, out: seriesViewSchema },
  /** `keep` leaves the posts that were made in the queue; `cancel` takes them back, and cancels edited ones. */
  'series.remove': {
    in: z.strictObject({
      id: z.string().min(1),
      posts: z.enum(['keep', 'cancel'], 'must be keep or cancel').default('cancel'),
    }),
    out: z.strictObject({}),
  },
  /** Leaves one post to come out, or with `skipped: false` takes it in again. */
  'series.skip': {
    in: z.strictObject({ id: z.string().min(1), at: instantSchema, skipped: z.boolean().default(true) }),
    out: seriesDetailsSchema,
  },

  /** Queues with their next `limit` slots. */
  'queue.list': {
    in: z.strictObject({ account: idSchema.optional(), limit: shown }),
    out: z.array(queueViewSchema),
  },
  /** Sets the weekly slots of an account; posts keep the times that they have. No slots removes the queue. */
  'queue.set': {
    in: z.strictObject({
      account: idSchema,
      timezone: timezoneSchema.nullable().default(null),
      slots: z.array(weeklySlotSchema).max(200, 'must be at most 200'),
    }),
    out: z.array(queueViewSchema),
  },
  /** Moves a post within the slots that the queue's posts have. */
  'queue.move': {
    in: z.strictObject({
      account: idSchema,
      post: z.string().min(1),
      to: z.enum(queuePlaces, 'must be top, bottom, up or down'),
    }),
    out: queueViewSchema,
  },
  'queue.shuffle': { in: z.strictObject({ account: idSchema }), out: queueViewSchema },

  'snippets.list': { in: z.strictObject({}), out: snippetsSchema },
  /** Adds named texts and hashtag groups, or replaces those with the same id. */
  'snippets.set': {
    in: z.strictObject({
      texts: z.array(textSnippetSchema).default([]),
      hashtags: z.array(hashtagGroupSchema).default([]),
    }),
    out: snippetsSchema,
  },
  'snippets.remove': {
    in: z.strictObject({
      kind: z.enum(['text', 'hashtags'], 'must be text or hashtags'),
      id: z.string().min(1),
    }),
    out: z.strictObject({}),
  },
  /** What a text (`text`, or the named one `template`) comes to with these values. */
  'snippets.fill': {
    in: z
      .strictObject({
        template: idSchema.optional(),
        text: z.string().max(100_000, 'must have at most 100000 characters').optional(),
        values: valuesSchema.default({}),
      })
      .refine((given) => (given.template === undefined) !== (given.text === undefined), {
        error: 'must have either "template" or "text"',
        path: ['template'],
      }),
    out: z.strictObject({ text: z.string() }),
  },
} as const satisfies Record<string, { in: z.ZodType; out: z.ZodType }>;

/** Those of them that change nothing. */
export const planReadingCalls = [
  'series.list',
  'series.get',
  'queue.list',
  'snippets.list',
  'snippets.fill',
] as const satisfies readonly (keyof typeof planContract)[];
