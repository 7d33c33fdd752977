import type { MediaView, Override, Poll, PostFormat, PostView } from '../../../shared/index.ts';
import type { Draft } from './composer-draft.ts';

export type ShownFile = Pick<MediaView, 'name' | 'alt' | 'focus'> & {
  /** Which of them it is, among those of its part. */
  key: string;
};

/** A post as people see it on one account. */
export type Shown = {
  parts: readonly { text: string; media: readonly ShownFile[] }[];
  contentWarning: string;
  sensitive: boolean;
  language: string;
  visibility: PostView['visibility'];
  poll: Poll | null;
  firstComment: string;
  format: PostFormat;
};

/** A stored post as one account shows it; what was published before an edit stays as it was. */
export function shownOf(post: PostView, account?: string): Shown {
  const target = post.targets.find((one) => one.account === account);
  const files = (media: readonly MediaView[]) => media.map((file) => ({ ...file, key: file.id }));
  const parts = [
    { text: post.text, media: files(post.media) },
    ...post.thread.map(({ text, media }) => ({ text, media: files(media) })),
  ];
  const base: Shown = {
    parts,
    contentWarning: post.contentWarning ?? '',
    sensitive: post.sensitive ?? false,
    language: post.language ?? '',
    visibility: post.visibility,
    poll: post.poll,
    firstComment: post.firstComment ?? '',
    format: 'post',
  };
  const shown = withOverride(base, target?.override ?? {});
  if (!target?.sent) return shown;
  const { text, thread, media } = target.sent;
  return {
    ...shown,
    parts: [
      { text, media: media.map((name, index) => ({ key: `${index}`, name, alt: '', focus: null })) },
      ...thread.map((part, index) => ({ text: part, media: shown.parts[index + 1]?.media ?? [] })),
    ],
  };
}

/** A draft as one account would show it. */
export function shownOfDraft(draft: Draft, account: string): Shown {
  const base: Shown = {
    parts: draft.parts.map(({ text, media }) => ({
      text,
      media: media
        .filter(({ path }) => path.trim() !== '')
        .map(({ key, path, name, alt, focus = null }) => ({
          key: `${key}`,
          name: name ?? path.split(/[\\/]/).at(-1) ?? path,
          alt,
          focus: focus === null ? null : [...focus],
        })),
    })),
    contentWarning: draft.contentWarning,
    sensitive: draft.sensitive === 'yes',
    language: draft.language,
    visibility: draft.visibility || null,
    poll: draft.poll ? { ...draft.poll, options: [...draft.poll.options] } : null,
    firstComment: draft.firstComment,
    format: 'post',
  };
  return withOverride(base, draft.overrides[account] ?? {});
}

function withOverride(base: Shown, override: Override): Shown {
  const [first, ...rest] = base.parts;
  const thread = override.thread
    ? override.thread.map((text, index) => ({ text, media: rest[index]?.media ?? [] }))
    : rest;
  return {
    parts: [{ text: override.text ?? first?.text ?? '', media: first?.media ?? [] }, ...thread],
    contentWarning: override.contentWarning ?? base.contentWarning,
    sensitive: override.sensitive ?? base.sensitive,
    language: override.language ?? base.language,
    visibility: override.visibility ?? base.visibility,
    poll: override.poll === undefined ? base.poll : override.poll,
    firstComment: override.firstComment === undefined ? base.firstComment : (override.firstComment ?? ''),
    format: override.format ?? base.format,
  };
}
