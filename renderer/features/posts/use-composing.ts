import { useMemo, useState } from 'react';
import { check, type PostDraft, type Problem, postInputSchema } from '../../../shared/index.ts';
import { type CallError, toCallError } from '../../api/call-error.ts';
import { useAction } from '../../api/use-action.ts';
import { userZone } from '../../ui/now.ts';
import { type Draft, toPost } from './composer-draft.ts';
import { elsewhere, type Notes, notesOf, placeOf } from './composer-notes.ts';
import { isTimeRefused } from './past-choices.tsx';
import { type LiveCheck, useCheck } from './use-check.ts';

export type Composing = {
  readonly live: LiveCheck;
  readonly notes: Notes;
  readonly busy: boolean;
  /** Why it was not saved, as far as that has no place in the form. */
  readonly error: CallError | undefined;
  /** The time of the form as it stands was refused: it is past. */
  readonly timeRefused: boolean;
  /** Checks the form and hands it on; what is wrong with it is shown at its fields. */
  save(send: (post: PostDraft) => Promise<void>): void;
  /** Forgets what was said after the last try. */
  clear(): void;
};

/** What the form of a post knows about itself: what its accounts say, and what was wrong when it was sent. */
export function useComposing(draft: Draft, id?: string): Composing {
  const saving = useAction();
  // An empty form is not scolded: mistakes are named after the first try, and then until they are gone.
  const [tried, setTried] = useState(false);
  const [refused, setRefused] = useState<{ draft: Draft; problems: readonly Problem[] }>();
  const live = useCheck(draft, plannedTime(draft), id);

  const notes = useMemo(() => {
    const { problems = [], advice = [] } = live.answer ?? {};
    const own = tried ? mistakesOf(draft) : [];
    const last = refused?.draft === draft ? refused.problems : [];
    return notesOf([...own, ...last, ...problems], advice);
  }, [tried, refused, draft, live.answer]);

  const save: Composing['save'] = (send) =>
    void saving.run(async () => {
      setTried(true);
      const post = toPost(draft, userZone, Date.now());
      if ('problem' in post || mistakesOf(draft).length > 0) return;
      try {
        await send(post);
      } catch (thrown) {
        const error = toCallError(thrown);
        setRefused({ draft, problems: error.details });
        if (error.details.length === 0 || error.details.some(hasNoField)) throw error;
      }
    });
  const clear = () => {
    setTried(false);
    saving.clear();
  };
  const timeRefused = refused?.draft === draft && isTimeRefused(refused.problems);
  return { live, notes, busy: saving.busy, error: saving.error, timeRefused, save, clear };
}

function mistakesOf(draft: Draft): readonly Problem[] {
  const post = toPost(draft, userZone, Date.now());
  if ('problem' in post) return [{ field: 'publishAt', message: post.problem }];
  const checked = check(postInputSchema, post);
  return checked.ok ? [] : checked.problems;
}

function hasNoField({ field }: Problem): boolean {
  return placeOf(field.replace(/^post\./, '')) === elsewhere;
}

/** The time that a check is about; a post for now or for a slot has none yet. */
function plannedTime(draft: Draft): string | null {
  const post = draft.when === 'now' ? { publishAt: null } : toPost(draft, userZone, 0);
  return 'problem' in post ? null : (post.publishAt ?? null);
}
