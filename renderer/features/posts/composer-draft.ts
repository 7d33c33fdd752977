import {
  fromInstant,
  heldMedia,
  type MediaView,
  type Millis,
  type Override,
  type PostDraft,
  type PostView,
  toInstant,
} from '../../../shared/index.ts';
import { fromLocal, toLocal } from '../../ui/zone.ts';
import { nowToleranceMs } from './past-choices.tsx';

/** Under this name the form of a new post is kept; the number is that of its shape. */
export const newPostForm = 'new-post.2';

export type DraftMedia = {
  readonly key: number;
  /** On the computer that Belfry runs on, or `media:ID` for a file that Belfry holds. */
  readonly path: string;
  readonly alt: string;
  /** Name of a file that Belfry holds. */
  readonly name?: string;
  readonly focus?: readonly [number, number] | null;
  /** Where the same file stands on the internet. */
  readonly url?: string;
};

/** One post of a thread. */
export type DraftPart = {
  readonly key: number;
  readonly text: string;
  readonly media: readonly DraftMedia[];
};

export type DraftPoll = {
  readonly options: readonly string[];
  readonly durationSeconds: number;
  readonly multiple: boolean;
  readonly hideTotals: boolean;
};

/** What stands in the composer's fields. */
export type Draft = {
  /** The post itself and what continues it. */
  readonly parts: readonly [DraftPart, ...DraftPart[]];
  readonly accounts: readonly string[];
  readonly when: 'at' | 'slot' | 'now' | 'draft';
  /** Wall time in the user's zone, as the input field has it; of a draft the time that it is planned for. */
  readonly at: string;
  /** The instant that the post has already: kept to the second while `at` names the same minute. */
  readonly exactAt: string | null;
  readonly poll: DraftPoll | null;
  readonly firstComment: string;
  /** Set apart by commas. */
  readonly tags: string;
  readonly visibility: NonNullable<PostView['visibility']> | '';
  readonly contentWarning: string;
  readonly language: string;
  readonly sensitive: 'yes' | 'no' | '';
  readonly note: string;
  readonly overrides: Readonly<Record<string, Override>>;
};

export const emptyDraft: Draft = {
  parts: [{ key: 1, text: '', media: [] }],
  accounts: [],
  when: 'at',
  at: '',
  exactAt: null,
  poll: null,
  firstComment: '',
  tags: '',
  visibility: '',
  contentWarning: '',
  language: '',
  sensitive: '',
  note: '',
  overrides: {},
};

/** Whether there is anything in a form that the user would miss. */
export function isBegun(draft: Draft): boolean {
  return draft.parts.length > 1 || draft.parts[0].text.trim() !== '' || draft.parts[0].media.length > 0;
}

/** A post's words and files as the beginning of a new one, without its time. */
export function copyOf(post: PostView): Draft {
  return { ...wordsOf(post), when: 'at', at: '', exactAt: null };
}

/** A post in the fields of the form that edits it. */
export function draftOf(post: PostView, zone: string): Draft {
  const isDraft = post.targets.every(({ status }) => status === 'draft');
  return {
    ...wordsOf(post),
    when: isDraft ? 'draft' : 'at',
    at: post.publishAt === null ? '' : toLocal(fromInstant(post.publishAt), zone),
    exactAt: post.publishAt,
  };
}

function wordsOf(post: PostView): Omit<Draft, 'when' | 'at' | 'exactAt'> {
  const overrides = post.targets.filter(({ override }) => Object.keys(override).length > 0);
  return {
    parts: [
      { key: 1, text: post.text, media: post.media.map(mediaOf) },
      ...post.thread.map(({ text, media }, index) => ({ key: index + 2, text, media: media.map(mediaOf) })),
    ],
    accounts: post.targets.map(({ account }) => account),
    poll: post.poll,
    firstComment: post.firstComment ?? '',
    tags: post.tags.join(', '),
    visibility: post.visibility ?? '',
    contentWarning: post.contentWarning ?? '',
    language: post.language ?? '',
    sensitive: post.sensitive === null ? '' : post.sensitive ? 'yes' : 'no',
    note: post.note,
    overrides: Object.fromEntries(overrides.map(({ account, override }) => [account, override])),
  };
}

function mediaOf({ id, name, alt, focus, url }: MediaView, index: number): DraftMedia {
  return { key: index + 1, path: heldMedia(id), name, alt, focus, url: url ?? '' };
}

/** The fields as a post to add or to put in a post's place; its time is a matter of its own. */
export function wordsToPost(draft: Draft): Omit<PostDraft, 'publishAt' | 'draft'> {
  const [first, ...thread] = draft.parts;
  const overrides = Object.entries(draft.overrides).filter(
    ([id, override]) => draft.accounts.includes(id) && Object.keys(override).length > 0,
  );
  const tags = draft.tags
    .split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '');
  return {
    text: first.text,
    accounts: [...draft.accounts],
    ...(first.media.length > 0 ? { media: first.media.map(mediaInput) } : {}),
    ...(thread.length > 0
      ? { thread: thread.map(({ text, media }) => ({ text, media: media.map(mediaInput) })) }
      : {}),
    ...(draft.poll ? { poll: { ...draft.poll, options: [...draft.poll.options] } } : {}),
    ...(draft.firstComment === '' ? {} : { firstComment: draft.firstComment }),
    ...(tags.length > 0 ? { tags } : {}),
    ...(overrides.length > 0 ? { overrides: Object.fromEntries(overrides) } : {}),
    ...(draft.note === '' ? {} : { note: draft.note }),
    ...(draft.visibility === '' ? {} : { visibility: draft.visibility }),
    ...(draft.contentWarning === '' ? {} : { contentWarning: draft.contentWarning }),
    ...(draft.language === '' ? {} : { language: draft.language }),
    ...(draft.sensitive === '' ? {} : { sensitive: draft.sensitive === 'yes' }),
  };
}

function mediaInput({ path, alt, focus = null, url = '' }: DraftMedia) {
  return {
    path: path.trim(),
    alt,
    ...(focus === null ? {} : { focus: [...focus] as [number, number] }),
    ...(url.trim() === '' ? {} : { url: url.trim() }),
  };
}

/** The whole form as a post; a problem when the time is missing or not a time. A post for a slot has none yet. */
export function toPost(draft: Draft, zone: string, now: Millis): PostDraft | { problem: string } {
  const publishAt = publishTime(draft, zone, now);
  if (publishAt === undefined) return { problem: 'Choose the day and time at which it goes out.' };
  const isDraft = draft.when === 'draft' && publishAt !== null;
  return { ...wordsToPost(draft), publishAt, ...(isDraft ? { draft: true } : {}) };
}

/** True when the chosen time is over: it is refused unless someone says what is meant. */
export function isPast(draft: Draft, zone: string, now: Millis): boolean {
  const at = publishTime(draft, zone, now);
  return draft.when === 'at' && typeof at === 'string' && fromInstant(at) < now - nowToleranceMs;
}

function publishTime(draft: Draft, zone: string, now: Millis): string | null | undefined {
  if (draft.when === 'slot') return null;
  if (draft.when === 'now') return toInstant(now);
  if (draft.when === 'draft' && draft.at === '') return null;
  const at = fromLocal(draft.at, zone);
  if (at === undefined) return undefined;
  const { exactAt } = draft;
  return exactAt !== null && toLocal(fromInstant(exactAt), zone) === draft.at ? exactAt : toInstant(at);
}
