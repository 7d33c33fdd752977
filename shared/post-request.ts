import { z } from 'zod';
import { idSchema, instantSchema } from './basics.ts';
import { postInputSchema } from './post.ts';
import { valuesSchema } from './snippet.ts';

/** The time of a post that takes the next free weekly slot of each of its accounts. */
export const nextSlot = 'next-slot';

/**
 * A post as the user or a pipeline asks for it: a post to add whose text may come from a named text (`template`) with
 * `values`, and whose time may be the next free slot. What it comes to is checked as a post.
 */
export const postRequestSchema = z
  .strictObject({
    ...postInputSchema.shape,
    /** An instant, `next-slot`, or null for a draft. */
    publishAt: z
      .string()
      .refine(
        (text) => text === nextSlot || instantSchema.safeParse(text).success,
        'must be "next-slot" or an ISO 8601 instant with an offset, such as 2026-11-22T09:00:00Z',
      )
      .nullable()
      .default(null),
    /** Id of a named text, which takes the place of `text`. */
    template: idSchema.optional(),
    /** With it, `{name}` in the texts of this post is filled. */
    values: valuesSchema.optional(),
  })
  .refine((post) => post.template === undefined || post.text === '', {
    error: 'must be left out when "template" is given',
    path: ['text'],
  })
  .refine((post) => post.template !== undefined || post.text.trim() !== '' || post.media.length > 0, {
    error: 'must have text or media; white space alone is not a post',
    path: ['text'],
  });
export type PostRequest = z.output<typeof postRequestSchema>;
export type PostRequestDraft = z.input<typeof postRequestSchema>;
