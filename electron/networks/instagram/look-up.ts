import { z } from 'zod';
import type { Millis } from '../../../shared/index.ts';
import type { Draft, ReadBack, Refusal, Remote, SendRecord, Session, Since } from '../adapter.ts';
import { altDifference, filesDifference, kindOf, type Likeness, textDifference } from '../differences.ts';
import { clockOffset, okJson } from '../http.ts';
import { commentNames, readComment } from '../meta/comments.ts';
import { type MetaError, metaError, refusalOf } from '../meta/errors.ts';
import { graph } from '../meta/graph.ts';
import {
  describedFields,
  instagramAlts,
  instagramFiles,
  mediaTypeFields,
  mediaTypes,
  postAlike,
} from '../meta/shown.ts';

const mediaSchema = z.object({
  id: z.string().min(1),
  caption: z.string().optional(),
  timestamp: z.string(),
  permalink: z.string().nullish().catch(null),
  ...mediaTypes,
});
const listSchema = z.object({ data: z.array(mediaSchema) });

const pageSize = 50;
const clockMarginMs = 3_600_000;

export type Recent =
  /** `unclear`: the same words, but from before by their time alone. */
  | { kind: 'recent'; matches: Remote[]; unclear: Remote[]; complete: boolean }
  | { kind: 'refused'; refusal: Refusal };

/** The newest post of the account, as the mark between old and new; null when it has none. */
export async function newestMedia(
  session: Session,
  { format }: Pick<Draft, 'format'>,
): Promise<{ kind: 'newest'; id: string | null } | { kind: 'refused'; refusal: Refusal }> {
  const list = await readList(session, format, 1);
  return list.kind === 'refused' ? list : { kind: 'newest', id: list.data[0]?.id ?? null };
}

/** Nothing but its files tells which post it is. */
export function isWordless({ format, text }: Pick<Draft, 'format' | 'text'>): boolean {
  return format === 'story' || text.trim() === '';
}

/** Posts since the first send with this caption; never "the newest" (networks.md §3.6). Stories have none: all since then. */
export async function recentMatches(session: Session, draft: Draft, attempt: SendRecord): Promise<Recent> {
  const list = await readList(session, draft.format, pageSize);
  if (list.kind === 'refused') return list;
  const { data } = list;
  const from = (attempt.firstSentAt ?? session.clock.now()) + list.clockOffset - clockMarginMs;
  const marker = data.findIndex(({ id }) => id === attempt.newestSeen);
  const newer =
    marker >= 0 ? data.slice(0, marker) : data.filter(({ timestamp }) => timeOf(timestamp) >= from);
  const older = marker >= 0 || draft.text.trim() === '' ? [] : data.filter((media) => !newer.includes(media));
  const alike = (some: typeof data) =>
    some
      .filter((media) => likeMedia(draft, media) !== 'different')
      .map(({ id, permalink }) => ({ remoteId: id, url: permalink ?? null }));
  return {
    kind: 'recent',
    matches: alike(newer),
    unclear: isWordless(draft) ? [] : alike(older),
    complete: marker >= 0 || newer.length < data.length || data.length < pageSize,
  };
}

/** Posts since then with this caption, and those that may be it. */
export async function recentSince(
  session: Session,
  draft: Draft,
  _: SendRecord,
  since: Millis,
): Promise<Since> {
  const list = await readList(session, draft.format, pageSize);
  if (list.kind === 'refused') return list;
  const from = since + list.clockOffset;
  const alike = (wanted: Likeness) =>
    list.data
      .filter(({ timestamp }) => timeOf(timestamp) >= from)
      .filter((media) => likeMedia(draft, media) === wanted)
      .map(({ id, permalink }) => ({ remoteId: id, url: permalink ?? null }));
  return { kind: 'found', matches: alike('same'), unclear: alike('unclear') };
}

/** A story has no words of its own, whatever is in it. */
function likeMedia(draft: Draft, media: z.infer<typeof mediaSchema>): Likeness {
  return postAlike(draft, draft.format === 'story' ? '' : (media.caption ?? ''), instagramFiles(media));
}

async function readList(session: Session, format: Draft['format'], limit: number) {
  const query = { fields: `id,caption,timestamp,permalink,${mediaTypeFields}`, limit: String(limit) };
  const answer = await graph(
    session,
    'GET',
    `${session.account.remoteId}/${format === 'story' ? 'stories' : 'media'}`,
    {
      query,
    },
  );
  const parsed = listSchema.safeParse(okJson(answer));
  const now = session.clock.now();
  if (!parsed.success || answer.kind === 'none')
    return { kind: 'refused' as const, refusal: refusalOf(answer, now) };
  return { kind: 'list' as const, data: parsed.data.data, clockOffset: clockOffset(answer.headers, now) };
}

/** Meta writes `+0000`, which ISO 8601 parsers need not take. */
function timeOf(timestamp: string): number {
  return Date.parse(timestamp.replace(/([+-]\d\d)(\d\d)$/, '$1:$2'));
}

const shownSchema = z.object({
  permalink: z.string().optional().catch(undefined),
  caption: z.string().optional().catch(undefined),
  ...mediaTypes,
});

/** What Instagram shows of a post (networks.md §3.3). */
export async function readBack(session: Session, draft: Draft, remoteId: string): Promise<ReadBack> {
  if (draft.comment) return readComment(session, draft, remoteId, commentNames.instagram.text);
  const ask = (fields: string) =>
    graph(session, 'GET', remoteId, { query: { fields: `permalink,caption,${fields}` } });
  const pictures = draft.media.filter((one) => kindOf(one) === 'picture');
  const isDescribed = draft.format !== 'story' && pictures.some(({ alt }) => alt !== '');
  const first = await ask(isDescribed ? describedFields : mediaTypeFields);
  // A version that does not know the field refuses the whole question; the rest is worth asking for.
  const isUnknownField = isDescribed && first.kind === 'answer' && isBadField(metaError(first));
  const answer = isUnknownField ? await ask(mediaTypeFields) : first;
  const shown = shownSchema.safeParse(okJson(answer)).data;
  if (!shown) return { kind: 'unreadable', refusal: refusalOf(answer, session.clock.now()) };
  const url = shown.permalink ?? null;
  // Meta leaves out what is empty, so only beside other fields a missing caption says something.
  if (shown.media_type === undefined) return { kind: 'shown', url, differs: [] };
  const files = instagramFiles(shown);
  const isStory = draft.format === 'story';
  const changed =
    files === undefined
      ? null
      : (filesDifference(draft.media.length, files.length) ?? kindDifference(draft, files));
  const differs = [
    isStory ? null : textDifference(draft.text, shown.caption ?? ''),
    changed,
    isDescribed && !isUnknownField && changed === null ? pictureAlts(draft, instagramAlts(shown)) : null,
    placeDifference(isStory, shown.media_product_type),
  ].filter((difference) => difference !== null);
  return { kind: 'shown', url, differs };
}

/** networks.md §3.5: a parameter that is not known, and not an object that is not there. */
function isBadField(error: MetaError | undefined): boolean {
  return error?.code === 100 && error.error_subcode !== 33;
}

/** Films have no description there, and none was sent. */
function pictureAlts({ media }: Draft, shown: readonly (string | null)[]): string | null {
  const isPicture = media.map((one) => kindOf(one) === 'picture');
  return altDifference(
    media.filter((_, index) => isPicture[index]),
    shown.filter((_, index) => isPicture[index]),
  );
}

function kindDifference({ media }: Draft, files: readonly string[]): string | null {
  return media.every((one, index) => kindOf(one) === files[index]) ? null : 'files changed';
}

function placeDifference(isStory: boolean, place: string | undefined): string | null {
  if (place === undefined || (place === 'STORY') === isStory) return null;
  return isStory ? 'shown as a post instead of a story' : 'shown as a story instead of a post';
}
