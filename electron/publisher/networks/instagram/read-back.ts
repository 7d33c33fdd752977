import { z } from 'zod';
import type { Draft, ReadBack, Session } from '../adapter.ts';
import { filesDifference, kindOf, textDifference } from '../differences.ts';
import { refusalOf } from '../meta/errors.ts';
import { graph } from '../meta/graph.ts';
import { instagramFiles, mediaTypeFields, mediaTypes } from '../meta/shown.ts';

const shownSchema = z.object({
  permalink: z.string().optional().catch(undefined),
  caption: z.string().optional().catch(undefined),
  ...mediaTypes,
});

/** What Instagram shows of a post (networks.md §3.3). */
export async function readBack(session: Session, draft: Draft, remoteId: string): Promise<ReadBack> {
  const fields = `permalink,caption,${mediaTypeFields}`;
  const answer = await graph(session, 'GET', remoteId, { query: { fields } });
  const shown = shownSchema.safeParse(
    answer.kind === 'answer' && answer.status === 200 ? answer.json : undefined,
  ).data;
  if (!shown) return { kind: 'unreadable', why: refusalOf(answer, session.clock.now()).why };
  const url = shown.permalink ?? null;
  // Meta leaves out what is empty, so only beside other fields a missing caption says something.
  if (shown.media_type === undefined) return { kind: 'shown', url, differs: [] };
  const files = instagramFiles(shown);
  const isStory = draft.format === 'story';
  const differs = [
    isStory ? null : textDifference(draft.text, shown.caption ?? ''),
    files === undefined
      ? null
      : (filesDifference(draft.media.length, files.length) ?? kindDifference(draft, files)),
    placeDifference(isStory, shown.media_product_type),
  ].filter((difference) => difference !== null);
  return { kind: 'shown', url, differs };
}

function kindDifference({ media }: Draft, files: readonly string[]): string | null {
  return media.every((one, index) => kindOf(one) === files[index]) ? null : 'files changed';
}

function placeDifference(isStory: boolean, place: string | undefined): string | null {
  if (place === undefined || (place === 'STORY') === isStory) return null;
  return isStory ? 'shown as a post instead of a story' : 'shown as a story instead of a post';
}
