import { z } from 'zod';
import { idSchema } from './basics.ts';
import type { Problem } from './error.ts';

/** A named text with placeholders: `{title}` takes a value, `{hashtags:news}` a group of hashtags, `{{` and `}}` are braces. */
export const textSnippetSchema = z.strictObject({
  id: idSchema,
  text: z
    .string()
    .min(1, 'must not be empty')
    .max(100_000, 'must have at most 100000 characters')
    .refine((text) => text.isWellFormed(), 'contains half a character (a lone surrogate)'),
});
export type TextSnippet = z.infer<typeof textSnippetSchema>;

/** What networks take for a hashtag: letters, digits and _, and not digits alone. */
const hashtag = z
  .string()
  .max(101, 'must have at most 100 characters')
  .regex(/^#?[\p{L}\p{M}\p{N}_]+$/u, 'must be a hashtag of letters, digits and _')
  .refine((tag) => !/^#?\p{N}+$/u.test(tag), 'must not be a number: networks make no hashtag of it');

/** A named group of hashtags, each with or without its #. */
export const hashtagGroupSchema = z.strictObject({
  id: idSchema,
  tags: z.array(hashtag).min(1, 'must have a hashtag').max(100, 'must be at most 100'),
});
export type HashtagGroup = z.infer<typeof hashtagGroupSchema>;

/** What `{title}` and the like stand for, by name. */
export const valuesSchema = z.record(
  z.string().regex(/^[a-z0-9_-]+$/, 'must be a name of lower-case letters, digits, _ and -'),
  z
    .string()
    .max(100_000, 'must have at most 100000 characters')
    .refine((text) => text.isWellFormed(), 'contains half a character (a lone surrogate)'),
);
export type Values = z.infer<typeof valuesSchema>;

/** Texts and hashtag groups, as config.json has them. */
export const snippetsSchema = z.strictObject({
  texts: z.array(textSnippetSchema).max(1000, 'must be at most 1000').default([]),
  hashtags: z.array(hashtagGroupSchema).max(1000, 'must be at most 1000').default([]),
});
export type Snippets = z.infer<typeof snippetsSchema>;

const piece = /\{\{|\}\}|\{(?:(hashtags):)?([a-z0-9_-]+)\}|\{/g;

/**
 * Fills the placeholders of a text, once: what a value contains is not looked at again. Every placeholder without a value,
 * every unknown group and every `{` that begins neither is a problem of `field`; the text is whole only without problems.
 */
export function fillText(
  text: string,
  from: { values: Values; hashtags: readonly HashtagGroup[] },
  field = 'text',
): { text: string; problems: Problem[] } {
  const messages = new Set<string>();
  const filled = text.replace(piece, (found, kind: string | undefined, name: string | undefined) => {
    if (found === '{{') return '{';
    if (found === '}}') return '}';
    const value = name === undefined ? undefined : wordFor(kind, name, from);
    if (value !== undefined) return value;
    messages.add(complaint(kind, name));
    return found;
  });
  return { text: filled, problems: [...messages].map((message) => ({ field, message })) };
}

/** The names of values that a text needs, each once, in the order in which they come. */
export function valuesNeeded(text: string): string[] {
  const names = [...text.matchAll(piece)].flatMap(([, kind, name]) =>
    kind === undefined && name !== undefined ? [name] : [],
  );
  return [...new Set(names)];
}

function wordFor(
  kind: string | undefined,
  name: string,
  { values, hashtags }: { values: Values; hashtags: readonly HashtagGroup[] },
): string | undefined {
  if (kind === undefined) return Object.hasOwn(values, name) ? values[name] : undefined;
  const group = hashtags.find(({ id }) => id === name);
  return group?.tags.map((tag) => (tag.startsWith('#') ? tag : `#${tag}`)).join(' ');
}

function complaint(kind: string | undefined, name: string | undefined): string {
  if (name === undefined) return 'has a { that begins no placeholder; write {{ for a brace';
  return kind === undefined
    ? `needs a value for {${name}}`
    : `names an unknown group of hashtags, {hashtags:${name}}`;
}
