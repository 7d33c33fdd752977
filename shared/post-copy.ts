import { heldMedia, type MediaView, type PostDraft, type PostView } from './post.ts';

/**
 * A post as the input that would make it again, for the form that edits it and for export: with `accounts`, as far as
 * these are concerned. Its files are named by the ids under which Belfry holds them.
 */
export function inputOfPost(post: PostView, accounts?: readonly string[]): PostDraft {
  const targets = post.targets.filter(({ account }) => accounts?.includes(account) ?? true);
  const overrides = targets.filter(({ override }) => Object.keys(override).length > 0);
  const isDraft = post.publishAt !== null && targets.every(({ status }) => status === 'draft');
  return {
    text: post.text,
    accounts: targets.map(({ account }) => account),
    publishAt: post.publishAt,
    ...(isDraft ? { draft: true } : {}),
    ...(post.media.length === 0 ? {} : { media: post.media.map(mediaInput) }),
    ...(post.thread.length === 0
      ? {}
      : { thread: post.thread.map(({ text, media }) => ({ text, media: media.map(mediaInput) })) }),
    ...(post.poll === null ? {} : { poll: post.poll }),
    ...(post.firstComment === null ? {} : { firstComment: post.firstComment }),
    ...(post.tags.length === 0 ? {} : { tags: post.tags }),
    ...(post.visibility === null ? {} : { visibility: post.visibility }),
    ...(post.contentWarning === null ? {} : { contentWarning: post.contentWarning }),
    ...(post.language === null ? {} : { language: post.language }),
    ...(post.sensitive === null ? {} : { sensitive: post.sensitive }),
    ...(overrides.length === 0
      ? {}
      : { overrides: Object.fromEntries(overrides.map(({ account, override }) => [account, override])) }),
    ...(post.note === '' ? {} : { note: post.note }),
    ...(post.key === null ? {} : { key: post.key }),
  };
}

function mediaInput({ id, alt, focus, url }: MediaView) {
  return {
    path: heldMedia(id),
    alt,
    ...(focus === null ? {} : { focus }),
    ...(url === null ? {} : { url }),
  };
}
