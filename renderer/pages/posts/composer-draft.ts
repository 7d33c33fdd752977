import { fromInstant, type Millis, type PostDraft, type PostView, toInstant } from '../../../shared/index.ts';
import { fromLocal } from '../../parts/zone.ts';

export type DraftMedia = { key: number; path: string; alt: string };

/** What stands in the composer's fields. */
export type Draft = {
  text: string;
  accounts: readonly string[];
  when: 'draft' | 'now' | 'at';
  /** Wall time in the user's zone, as the input field has it. */
  at: string;
  media: readonly DraftMedia[];
  visibility: NonNullable<PostView['visibility']> | '';
  contentWarning: string;
  language: string;
  note: string;
};

export const emptyDraft: Draft = {
  text: '',
  accounts: [],
  when: 'at',
  at: '',
  media: [],
  visibility: '',
  contentWarning: '',
  language: '',
  note: '',
};

/** A post's words as the beginning of a new one; media are left out, their first files may be gone. */
export function draftOf(post: PostView): Draft {
  return {
    ...emptyDraft,
    text: post.text,
    accounts: post.targets.map((target) => target.account),
    visibility: post.visibility ?? '',
    contentWarning: post.contentWarning ?? '',
    language: post.language ?? '',
    note: post.note,
  };
}

/** The fields as a post to add; `publishAt` is undefined when the time is missing or not a time. */
export function toPost(draft: Draft, zone: string, now: Millis): PostDraft | { problem: string } {
  const publishAt = publishTime(draft, zone, now);
  if (publishAt === undefined) return { problem: 'Choose the day and time at which it goes out.' };
  return {
    text: draft.text,
    accounts: [...draft.accounts],
    publishAt,
    media: draft.media.map(({ path, alt }) => ({ path: path.trim(), alt })),
    ...(draft.note ? { note: draft.note } : {}),
    ...(draft.visibility ? { visibility: draft.visibility } : {}),
    ...(draft.contentWarning ? { contentWarning: draft.contentWarning } : {}),
    ...(draft.language ? { language: draft.language } : {}),
  };
}

/** True when the chosen time is over: it would go out at once. */
export function isPast(draft: Draft, zone: string, now: Millis): boolean {
  const at = publishTime(draft, zone, now);
  return draft.when === 'at' && typeof at === 'string' && fromInstant(at) < now - 60_000;
}

function publishTime(draft: Draft, zone: string, now: Millis): string | null | undefined {
  if (draft.when === 'draft') return null;
  if (draft.when === 'now') return toInstant(now);
  const at = fromLocal(draft.at, zone);
  return at === undefined ? undefined : toInstant(at);
}
