import type { Override } from '../../../shared/index.ts';
import type { Draft, DraftMedia, DraftPart } from './composer-draft.ts';

/** Adds an empty part after the last one; own words of an account leave it out until it gets its own. */
export function addPart(draft: Draft): Draft {
  const key = Math.max(...draft.parts.map((part) => part.key)) + 1;
  return { ...draft, parts: [...draft.parts, { key, text: '', media: [] }] };
}

/** Takes a part out, and with it what accounts say in its place. The last one left stays. */
export function removePart(draft: Draft, index: number): Draft {
  const left = draft.parts.filter((_, at) => at !== index);
  const [first, ...rest] = left;
  if (!first) return draft;
  const overrides = mapOverrides(draft, (override) => {
    const { thread } = override;
    if (thread === undefined) return override;
    if (index > 0) return { ...override, thread: thread.filter((_, at) => at !== index - 1) };
    const [text, ...others] = thread;
    return { ...override, ...(text === undefined ? {} : { text }), thread: others };
  });
  return { ...draft, parts: [first, ...rest], overrides };
}

/** Lets a part and the one before it change places, and what accounts say in their places too. */
export function raisePart(draft: Draft, index: number): Draft {
  const [first, ...rest] = swapped(draft.parts, index - 1, index);
  if (index < 1 || !first) return draft;
  const overrides = mapOverrides(draft, (override) => {
    const { thread } = override;
    if (thread === undefined || index > thread.length) return override;
    if (index > 1) return { ...override, thread: swapped(thread, index - 2, index - 1) };
    const [text = '', ...others] = thread;
    return { ...override, text, thread: [override.text ?? draft.parts[0].text, ...others] };
  });
  return { ...draft, parts: [first, ...rest], overrides };
}

/** Changes one part. */
export function changePart(draft: Draft, index: number, change: Partial<DraftPart>): Draft {
  return {
    ...draft,
    parts: mapParts(draft.parts, (part, at) => (at === index ? { ...part, ...change } : part)),
  };
}

/** Adds a file to the part with this key; what is gone meanwhile gets none. */
export function addFile(draft: Draft, key: number, file: { path: string; name: string }): Draft {
  const add = (part: DraftPart) => ({ ...part, media: addedTo(part.media, [file]) });
  return { ...draft, parts: mapParts(draft.parts, (part) => (part.key === key ? add(part) : part)) };
}

/** As many files a part may have. */
export const mostFiles = 20;

/** Files added behind those that are there already, as many as a post may have. */
export function addedTo(
  media: readonly DraftMedia[],
  files: readonly { path: string; name?: string }[],
): readonly DraftMedia[] {
  const last = Math.max(0, ...media.map((file) => file.key));
  const added = files.map((file, index) => ({ key: last + 1 + index, alt: '', ...file }));
  return [...media, ...added].slice(0, mostFiles);
}

/** All parts, each changed; there is always a first one. */
export function mapParts(
  [first, ...rest]: Draft['parts'],
  change: (part: DraftPart, index: number) => DraftPart,
): Draft['parts'] {
  return [change(first, 0), ...rest.map((part, index) => change(part, index + 1))];
}

/** Changes what one account gets instead; members that are undefined go back to the post's own. */
export function changeOverride(
  draft: Draft,
  account: string,
  change: { [K in keyof Override]?: Override[K] | undefined },
): Draft {
  const merged = { ...draft.overrides[account], ...change };
  const override: Override = Object.fromEntries(
    Object.entries(merged).filter(([, value]) => value !== undefined),
  );
  return { ...draft, overrides: { ...draft.overrides, [account]: override } };
}

function mapOverrides(draft: Draft, change: (override: Override) => Override): Draft['overrides'] {
  return Object.fromEntries(
    Object.entries(draft.overrides).map(([account, override]) => [account, change(override)]),
  );
}

function swapped<T>(list: readonly T[], one: number, other: number): T[] {
  return list.map((item, at) => (at === one ? list[other] : at === other ? list[one] : item) ?? item);
}
