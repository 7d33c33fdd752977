import { useEffect, useMemo, useState } from 'react';
import { check, type PostCheck, type PostDraft, postInputSchema } from '../../../shared/index.ts';
import { type CallError, toCallError } from '../../api/call-error.ts';
import { useApi } from '../../api/context.tsx';
import { useDebounced } from '../../ui/use-debounced.ts';
import { mapParts } from './composer-changes.ts';
import { type Draft, type DraftPart, wordsToPost } from './composer-draft.ts';

const calmMs = 400;

export type LiveCheck = {
  /** What the accounts say to the draft; the last answer stays while the next is on its way. */
  readonly answer: PostCheck | undefined;
  /** The answer is about the draft as it stands. */
  readonly fresh: boolean;
  readonly error: CallError | undefined;
};

/** Asks what the accounts of a draft would refuse, while it is written; `id` is the post that it is to replace. */
export function useCheck(draft: Draft, publishAt: string | null, id?: string): LiveCheck {
  const api = useApi();
  const asked = useMemo(() => JSON.stringify(checkable(draft, publishAt)), [draft, publishAt]);
  const calm = useDebounced(asked, calmMs);
  const [state, setState] = useState<{ about: string; answer?: PostCheck; error?: CallError }>();
  useEffect(() => {
    const post: PostDraft | null = JSON.parse(calm);
    if (post === null) return setState(undefined);
    let current = true;
    api.call('posts.check', { post, ...(id === undefined ? {} : { id }) }).then(
      (answer) => current && setState({ about: calm, answer }),
      (error: unknown) => current && setState({ about: calm, error: toCallError(error) }),
    );
    return () => {
      current = false;
    };
  }, [api, calm, id]);
  return { answer: state?.answer, fresh: state?.about === asked, error: state?.error };
}

/**
 * Half a post would only be refused for what is missing: it is asked about once it is one, without the files and the
 * poll that are still being typed. Files after an empty one wait too: remarks name files by their place.
 */
function checkable(draft: Draft, publishAt: string | null): PostDraft | null {
  const { poll, ...words } = wordsToPost({ ...draft, parts: mapParts(draft.parts, withWholeFiles) });
  const post = { ...words, publishAt };
  const whole = { ...post, ...(poll ? { poll } : {}) };
  return [whole, post].find((one) => check(postInputSchema, one).ok) ?? null;
}

function withWholeFiles(part: DraftPart): DraftPart {
  const empty = part.media.findIndex(({ path }) => path.trim() === '');
  return empty < 0 ? part : { ...part, media: part.media.slice(0, empty) };
}
