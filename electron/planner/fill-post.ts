import {
  check,
  fillText,
  type Override,
  type PostInput,
  type PostRequest,
  type Problem,
  postInputSchema,
  type Snippets,
  type Values,
} from '../../shared/index.ts';

export type Filled = { post: PostInput } | { problems: Problem[] };

/** The visible texts of a post, or of one of its overrides or parts. */
type Worded = { text?: string | undefined; firstComment?: string | null | undefined };

/**
 * A request as the post that it comes to: named text taken, placeholders filled, and checked as a post. Pure.
 * Without `template` and `values` its texts stay as they are, braces and all.
 */
export function fillPost(
  request: Omit<PostRequest, 'publishAt' | 'key'> & { key?: string | undefined },
  publishAt: string | null,
  { texts, hashtags }: Snippets,
  more: Values = {},
): Filled {
  const { template, values, ...plain } = request;
  const named = texts.find(({ id }) => id === template);
  if (template !== undefined && !named) {
    const known = texts.map(({ id }) => id).join(', ');
    const message = `names an unknown text "${template}"${known ? `; there are ${known}` : '; there are none yet'}`;
    return { problems: [{ field: 'template', message }] };
  }
  const wanted = { ...plain, text: named?.text ?? plain.text, publishAt };
  if (template === undefined && values === undefined) return checked(wanted);

  const problems: Problem[] = [];
  const fill = (text: string, field: string) => {
    const filled = fillText(text, { values: { ...more, ...values }, hashtags }, field);
    problems.push(...filled.problems);
    return filled.text;
  };
  const worded = <T extends Worded>(part: T, field: { text: string; firstComment: string }): T => ({
    ...part,
    ...(part.text === undefined ? {} : { text: fill(part.text, field.text) }),
    ...(part.firstComment ? { firstComment: fill(part.firstComment, field.firstComment) } : {}),
  });
  const override = (given: Override, at: string): Override => ({
    ...worded(given, { text: `${at}.text`, firstComment: `${at}.firstComment` }),
    ...(given.thread && { thread: given.thread.map((text, part) => fill(text, `${at}.thread[${part}]`)) }),
  });
  const post = {
    ...worded(wanted, { text: template === undefined ? 'text' : 'values', firstComment: 'firstComment' }),
    thread: wanted.thread.map((part, index) => ({
      ...part,
      text: fill(part.text, `thread[${index}].text`),
    })),
    overrides: Object.fromEntries(
      Object.entries(wanted.overrides).map(([id, given]) => [id, override(given, `overrides.${id}`)]),
    ),
  };
  return problems.length > 0 ? { problems } : checked(post);
}

function checked(post: unknown): Filled {
  const result = check(postInputSchema, post);
  return result.ok ? { post: result.value } : { problems: result.problems };
}
