import { type Draft, type DraftMedia, fileProblem, type Limits, type Refusal } from '../networks/index.ts';
import { noDetails } from './media/facts.ts';
import { inspect } from './media/inspect.ts';
import { madeOf } from './media/made.ts';
import { type FitWishes, planFit } from './media/plan-fit.ts';
import type { PublisherAccount, PublisherNeeds, PublisherSettings, Work } from './ports.ts';

export type FitNeeds = Pick<PublisherNeeds, 'workshop' | 'mediaFolder' | 'clock' | 'random'>;
export type Fitted = { kind: 'fitted'; draft: Draft } | { kind: 'refused'; refusal: Refusal };

/** How a person wants the pictures of an account brought into its limits. */
export function wishesOf(
  { media }: Pick<PublisherAccount, 'media'>,
  { mediaFit, stripLocation }: Pick<PublisherSettings, 'mediaFit' | 'stripLocation'>,
): FitWishes {
  return { fit: media?.fit ?? mediaFit, stripLocation };
}

/** Looks again into files that were added before Belfry looked for everything that matters now. */
export async function withDetails(needs: FitNeeds, { post }: Work, draft: Draft): Promise<Draft> {
  const old = new Set(post.media.filter(({ details }) => details === null).map(({ id }) => id));
  if (!draft.media.some(({ id }) => old.has(id))) return draft;
  const look = async (media: DraftMedia): Promise<DraftMedia> => {
    if (!old.has(media.id)) return media;
    const found = await inspect(media.path, { workshop: needs.workshop, folders: null });
    if (typeof found === 'string') return { ...media, details: noDetails }; // What is wrong is said when it is sent.
    await found.handle.close();
    return { ...media, details: found.facts.details };
  };
  return { ...draft, media: await Promise.all(draft.media.map(look)) };
}

/** A draft whose files are those that are sent: as they are, without their metadata, or made anew. The copies stay as they were added. */
export async function fitMedia(
  needs: FitNeeds,
  draft: Draft,
  limits: Limits,
  wishes: FitWishes,
  who: string,
): Promise<Fitted> {
  const media: DraftMedia[] = [];
  for (const [index, file] of draft.media.entries()) {
    const plan = planFit(file, limits, wishes, who);
    if (plan.do === 'refuse')
      return { kind: 'refused', refusal: unfit(index, plan.why.join(`. File ${index + 1} `)) };
    if (plan.do === 'send') {
      media.push(file);
      continue;
    }
    const missing = await fileProblem(file);
    if (missing) return { kind: 'refused', refusal: missing };
    const made = await madeOf(needs, file, plan);
    if (made.kind === 'failed') {
      const refusal = unfit(index, `cannot be made ready for ${who}: ${made.why}`);
      const again = { ...refusal, class: 'retry' as const, code: 'INTERNAL' as const, mostTries: 5 };
      return { kind: 'refused', refusal: made.fault === 'damaged' ? refusal : again };
    }
    // The address that a person gave shows the file as it was.
    media.push({ ...file, ...made.file, publicUrl: plan.do === 'strip' ? file.publicUrl : null });
  }
  return { kind: 'fitted', draft: { ...draft, media } };
}

function unfit(index: number, why: string): Refusal {
  return { class: 'edit', code: 'BAD_INPUT', why: `File ${index + 1} ${why}`, notBefore: null };
}
