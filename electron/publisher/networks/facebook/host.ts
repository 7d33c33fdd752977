import { z } from 'zod';
import type { DraftMedia, Hosted, Session } from '../adapter.ts';
import { refusalOf } from '../meta/errors.ts';
import { graph } from '../meta/graph.ts';
import { uploadPhoto } from './draft.ts';

/** The sizes of a photo, largest first (Graph API, Photo: `images`). */
const photoSchema = z.object({
  images: z.array(z.object({ source: z.url({ protocol: /^https?$/ }) })).min(1),
});

/** An unattached photo vanishes after about a day. */
const standsForMs = 20 * 3_600_000;

/** Lends a picture an address: a photo of the Page that is never published (networks.md §4.2). */
export async function hostPhoto(session: Session, media: DraftMedia): Promise<Hosted> {
  const id = await uploadPhoto(session, media);
  if (typeof id !== 'string') return { kind: 'refused', refusal: id };
  const answer = await graph(session, 'GET', id, { query: { fields: 'images' } });
  const parsed = photoSchema.safeParse(
    answer.kind === 'answer' && answer.status === 200 ? answer.json : undefined,
  );
  const url = parsed.data?.images[0]?.source;
  if (url === undefined) return { kind: 'refused', refusal: refusalOf(answer, session.clock.now()) };
  return { kind: 'hosted', url, until: session.clock.now() + standsForMs };
}
