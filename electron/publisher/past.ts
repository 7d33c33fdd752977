import { fromInstant, type Millis, type PostInput, type Problem, toInstant } from '../../shared/index.ts';
import type { AddFrom } from './new-post.ts';
import type { PublisherNeeds } from './ports.ts';

/** A time so little ago is meant as now: whoever wrote it down needed a moment to hand it over. */
export const nowToleranceMs = 5 * 60_000;

/** A post with a time that is not past, and with its own time for each account where it goes into weekly slots. */
export type Timely = {
  input: PostInput;
  slots?: ReadonlyMap<string, Millis>;
  /** What keeps it from being added: its time is past, and nobody said what is meant. */
  problems: Problem[];
};

/** Whether a post would go out at once because its time is past; `now` in milliseconds. */
export function isPast({ publishAt, draft }: PostInput, now: Millis): boolean {
  return publishAt !== null && !draft && fromInstant(publishAt) < now - nowToleranceMs;
}

/**
 * What becomes of a post whose time is past, as its `past` says. `taken` holds the slots that posts before it in the same
 * batch take, and gets those of this one.
 */
export async function timely(
  needs: Pick<PublisherNeeds, 'clock' | 'nextSlots'>,
  input: PostInput,
  from: Pick<AddFrom, 'slots' | 'source' | 'as'>,
  taken = new Map<string, Set<Millis>>(),
): Promise<Timely> {
  const now = needs.clock.now();
  // Series know themselves what to do with what they missed; a slot is a time to come; a draft goes nowhere.
  const isSettled = from.slots !== undefined || from.source === 'series' || from.as === 'draft';
  if (isSettled || !isPast(input, now)) return { input, problems: [] };
  switch (input.past) {
    case 'publish':
      return { input: { ...input, publishAt: toInstant(now) }, problems: [] };
    case 'draft':
      return { input: { ...input, draft: true }, problems: [] };
    case 'move-to-slot':
      return intoSlots(needs, input, taken);
    default:
      return { input, problems: [{ field: 'publishAt', message: pastMessage(input, now) }] };
  }
}

async function intoSlots(
  { nextSlots }: Pick<PublisherNeeds, 'nextSlots'>,
  input: PostInput,
  taken: Map<string, Set<Millis>>,
): Promise<Timely> {
  if (!nextSlots)
    return {
      input,
      problems: [{ field: 'past', message: 'cannot be move-to-slot: there are no weekly slots here' }],
    };
  const slots = await nextSlots(input.accounts, taken);
  for (const [account, at] of slots) {
    const known = taken.get(account) ?? new Set<Millis>();
    taken.set(account, known.add(at));
  }
  return { input: { ...input, publishAt: toInstant(Math.min(...slots.values())) }, slots, problems: [] };
}

/** Why a time is refused, and the ways on. */
export function pastMessage({ publishAt }: Pick<PostInput, 'publishAt'>, now: Millis): string {
  const minutes = publishAt === null ? 0 : Math.round((now - fromInstant(publishAt)) / 60_000);
  const ago =
    minutes < 120
      ? `${minutes} minutes`
      : minutes < 2880
        ? `${Math.round(minutes / 60)} hours`
        : `${Math.round(minutes / 1440)} days`;
  return `is ${ago} in the past, and the post would go out at once; give it another time, or say with "past" what is meant: publish, move-to-slot or draft`;
}
