import { z } from 'zod';
import type { Draft, ReadBack, Session } from '../adapter.ts';
import { filesDifference, textDifference } from '../differences.ts';
import { refusalOf } from '../meta/errors.ts';
import { graph } from '../meta/graph.ts';
import { attachmentFields, attachmentsSchema, pageFiles } from '../meta/shown.ts';

const shownSchema = z.object({
  id: z.string(),
  message: z.string().optional(),
  description: z.string().optional(),
  permalink_url: z.string().optional().catch(undefined),
  attachments: attachmentsSchema.optional().catch(undefined),
});

/** What a Page shows of a post, or of a film, which has an id of its own kind. */
export async function readBack(session: Session, draft: Draft, remoteId: string): Promise<ReadBack> {
  const isPost = remoteId.includes('_');
  const fields = isPost ? `message,permalink_url,${attachmentFields}` : 'description,permalink_url';
  const answer = await graph(session, 'GET', remoteId, { query: { fields } });
  const shown = shownSchema.safeParse(
    answer.kind === 'answer' && answer.status === 200 ? answer.json : undefined,
  ).data;
  if (!shown) return { kind: 'unreadable', why: refusalOf(answer, session.clock.now()).why };
  const { permalink_url: link, attachments } = shown;
  // Nothing but an id: the token may not see the rest.
  const isWhole = Object.keys(shown).length > 1;
  if (!isWhole) return { kind: 'unreadable', why: 'The network shows nothing of it but its id' };
  const text = (isPost ? shown.message : shown.description) ?? '';
  const files = isPost ? pageFiles(attachments) : undefined;
  const differs = [
    textDifference(draft.text, text),
    files === undefined ? null : filesDifference(draft.media.length, files.length),
  ].filter((difference) => difference !== null);
  return { kind: 'shown', url: link !== undefined && /^https?:/.test(link) ? link : null, differs };
}
