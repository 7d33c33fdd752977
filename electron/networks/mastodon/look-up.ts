import { z } from 'zod';
import type { Millis } from '../../../shared/index.ts';
import type { Draft, LookUp, Refusal, Remote, SendRecord, Session, Since } from '../adapter.ts';
import { type Likeness, likeness } from '../differences.ts';
import { clockOffset, okJson } from '../http.ts';
import { differencesOf, filesAlike, textOfHtml } from './differences.ts';
import { refusalOfRead } from './errors.ts';
import type { Profile } from './instance.ts';
import { stateOfUploads } from './upload.ts';

const idSchema = z.union([z.string().min(1), z.number().transform(String)]);
const text = z.string().nullish().catch(null);
/** Loose, so that what is found can be compared with what was meant. */
const listedSchema = z.looseObject({
  id: idSchema,
  url: text,
  uri: text,
  created_at: z.string(),
  content: z.string().catch(''),
  spoiler_text: text,
  in_reply_to_id: idSchema.nullish().catch(null),
  visibility: text,
  account: z.object({ id: idSchema }).optional().catch(undefined),
  media_attachments: z.array(z.object({ id: idSchema, type: text, description: text })).catch([]),
});
type Listed = z.infer<typeof listedSchema>;
const listSchema = z.array(listedSchema);
const contextSchema = z.object({ descendants: listSchema });
const sourceSchema = z.object({ text: z.string() });

const pageSize = 40;
const mostPages = 10;
/** What the clock of a server's database may be behind the clock that it names with its answers. */
const clockMarginMs = 60 * 60_000;

/** Posts that may be the one that is looked for, newest first. */
type Found = {
  kind: 'list';
  list: Listed[];
  /** On the same pages, but from before by their time alone: the same words there prove nothing either way. */
  before: Listed[];
  complete: boolean;
  /** Visibilities that were seen in the list. */
  shown: ReadonlySet<string>;
};

/** The newest post of the account, so that a later look-up can tell new from old; null when it has none. */
export async function newestSeen(
  session: Session,
): Promise<{ kind: 'newest'; id: string | null } | { kind: 'refused'; refusal: Refusal }> {
  const page = await readPage(session, { limit: '1' });
  return page.kind === 'refused' ? page : { kind: 'newest', id: page.list[0]?.id ?? null };
}

/** Looks whether a status of unknown outcome exists (networks.md §1.12): in the account's list, and by the state of its uploads. */
export async function lookUp(
  session: Session,
  draft: Draft,
  attempt: SendRecord,
  profile: Profile,
): Promise<LookUp> {
  const since = await readSince(session, draft, attempt, profile);
  if (since.kind === 'refused') return { kind: 'unreadable', refusal: since.refusal };
  const matches: Remote[] = [];
  const unclear: Remote[] = [];
  for (const listed of since.list) {
    const like = await compare(session, draft, attempt, listed, profile);
    const remote = remoteOf(listed);
    if (like === 'same') matches.push({ ...remote, differs: differencesOf(draft, listed) });
    if (like === 'unclear') unclear.push(remote);
  }
  for (const listed of since.before)
    if (hasWords(draft, listed) || hasUploads(attempt, listed)) unclear.push(remoteOf(listed));
  const exists = await attached(session, attempt, profile);
  // An upload that is not attached proves it, too.
  const isBlind = exists !== 'no' && !shows(draft, since.shown, profile);
  const seen = { kind: 'seen' as const, matches, unclear, exists, complete: since.complete && !isBlind };
  return isBlind ? { ...seen, gap: blind(draft) } : seen;
}

/** Posts of the same words or, without any, of the same files, in the same thread, since then. */
export async function findSince(
  session: Session,
  draft: Draft,
  attempt: SendRecord,
  since: Millis,
  profile: Profile,
): Promise<Since> {
  const sent = { ...attempt, uploads: [], newestSeen: '', firstSentAt: since + clockMarginMs };
  const read = await readSince(session, draft, sent, profile);
  if (read.kind === 'refused') return read;
  const alike = (wanted: Likeness) =>
    read.list
      .filter((listed) => likeSince(draft, listed) === wanted)
      .map((listed) => ({ ...remoteOf(listed), differs: differencesOf(draft, listed) }));
  return { kind: 'found', matches: alike('same'), unclear: alike('unclear') };
}

/** By what the list shows alone: after a weekend away, asking for the source of every post would spend the rate limit. */
function likeSince(draft: Draft, listed: Listed): Likeness {
  if ((listed.in_reply_to_id ?? null) !== draft.replyTo) return 'different';
  const shown = listed.media_attachments;
  if (draft.text === '') {
    const isWordless = textOfHtml(listed.content).trim() === '' || withWarning(draft, listed);
    return isWordless && draft.media.length > 0 ? filesAlike(draft, shown) : 'different';
  }
  if (!hasWords(draft, listed) || shown.length > draft.media.length) return 'different';
  // A server that drops files makes such a post of it.
  return shown.length === draft.media.length ? 'same' : 'unclear';
}

function isBuiltAlike(draft: Draft, { in_reply_to_id: replyTo, media_attachments: shown }: Listed): boolean {
  return (replyTo ?? null) === draft.replyTo && shown.length === draft.media.length;
}

function remoteOf({ id, url, uri }: Listed): Remote {
  return { remoteId: id, url: url ?? uri ?? null };
}

/** Whether the list shows posts of this visibility: the software is known for it, or one of them was seen in it. */
function shows(
  { visibility }: Pick<Draft, 'visibility'>,
  shown: ReadonlySet<string>,
  { quirks }: Profile,
): boolean {
  return quirks.lists.includes(visibility) || shown.has(visibility);
}

/** Why the absence of such a post from the list would prove nothing; null when it would. */
export function lookUpGap(draft: Pick<Draft, 'visibility'>, profile: Profile): string | null {
  const { visibility } = draft;
  if (shows(draft, new Set(), profile)) return null;
  return `it is not known whether this server lists ${visibility} posts`;
}

function blind({ visibility }: Draft): string {
  return `It is not in the account's list, but it is not known whether this server lists ${visibility} posts`;
}

/** Posts of the account since the first send. */
async function readSince(
  session: Session,
  draft: Draft,
  attempt: SendRecord,
  profile: Profile,
): Promise<Found | { kind: 'refused'; refusal: Refusal }> {
  if (draft.replyTo !== null && !profile.quirks.listsReplies) return readReplies(session, draft.replyTo);
  const found: Listed[] = [];
  const shown = new Set<string>();
  let before: string | undefined;
  for (let page = 0; page < mostPages; page += 1) {
    const result = await readPage(session, {
      limit: String(pageSize),
      ...(before === undefined ? {} : { max_id: before }),
    });
    if (result.kind === 'refused') return result;
    const { list } = result;
    for (const { visibility } of list) if (visibility) shown.add(visibility);
    const from = (attempt.firstSentAt ?? session.clock.now()) + result.clockOffset - clockMarginMs;
    // Ids are opaque: "older" is seen from the place in the list, or by time where the marker was deleted meanwhile.
    const marker = list.findIndex((listed) => listed.id === attempt.newestSeen);
    const newer =
      attempt.newestSeen === null
        ? list // It had no posts before, so every one is new.
        : marker >= 0
          ? list.slice(0, marker)
          : list.filter((listed) => Date.parse(listed.created_at) >= from);
    found.push(...newer);
    const older = marker >= 0 ? [] : list.filter((listed) => !newer.includes(listed));
    if (marker >= 0 || newer.length < list.length || list.length === 0)
      return { kind: 'list', list: found, before: older, complete: true, shown };
    before = list.at(-1)?.id;
  }
  return { kind: 'list', list: found, before: [], complete: false, shown };
}

/** Pixelfed leaves replies out of the account's list; they are found under their parent (networks.md §2.1). */
async function readReplies(
  { http, account, token, clock, signal }: Session,
  parent: string,
): Promise<Found | { kind: 'refused'; refusal: Refusal }> {
  const answer = await http({
    method: 'GET',
    url: `${account.server}/api/v1/statuses/${encodeURIComponent(parent)}/context`,
    token,
    signal,
  });
  const parsed = contextSchema.safeParse(okJson(answer));
  if (!parsed.success) return { kind: 'refused', refusal: refusalOfRead(answer, clock.now()) };
  const { descendants } = parsed.data;
  const list = descendants.filter((listed) => (listed.account?.id ?? account.remoteId) === account.remoteId);
  const shown = new Set(list.flatMap(({ visibility }) => visibility ?? []));
  // At most 20 are shown, so a full list proves nothing.
  return { kind: 'list', list, before: [], complete: descendants.length < 20, shown };
}

async function readPage(
  { http, account, token, clock, signal }: Session,
  query: Record<string, string>,
): Promise<{ kind: 'list'; list: Listed[]; clockOffset: Millis } | { kind: 'refused'; refusal: Refusal }> {
  const search = new URLSearchParams({ exclude_reblogs: 'true', ...query });
  const url = `${account.server}/api/v1/accounts/${encodeURIComponent(account.remoteId)}/statuses?${search}`;
  const answer = await http({ method: 'GET', url, token, signal });
  const parsed = listSchema.safeParse(okJson(answer));
  if (parsed.success && answer.kind === 'answer')
    return { kind: 'list', list: parsed.data, clockOffset: clockOffset(answer.headers, clock.now()) };
  return { kind: 'refused', refusal: refusalOfRead(answer, clock.now()) };
}

async function compare(
  session: Session,
  draft: Draft,
  attempt: SendRecord,
  listed: Listed,
  profile: Profile,
) {
  // The same uploads are an exact proof, whatever the server did to the text.
  if (hasUploads(attempt, listed)) return 'same';
  // The same words without the pictures, or outside the thread: the server may have dropped them.
  if (!isBuiltAlike(draft, listed)) return hasWords(draft, listed) ? 'unclear' : 'different';
  const like = await compareText(session, draft, listed);
  if (uploadsOf(attempt).length === 0 || like === 'different') return like;
  // Other uploads are another post, unless this server gives them new ids; then the words alone have to do.
  if (profile.quirks.keepsMediaIds) return draft.text === '' ? 'different' : 'unclear';
  if (draft.text !== '') return like;
  return filesAlike(draft, listed.media_attachments) === 'same' ? 'same' : 'unclear';
}

function uploadsOf({ uploads }: SendRecord): string[] {
  return uploads.filter(({ kind }) => kind === 'media').map(({ id }) => id);
}

function hasUploads(attempt: SendRecord, { media_attachments: shown }: Listed): boolean {
  const uploads = uploadsOf(attempt);
  const ids = shown.map(({ id }) => id);
  return uploads.length > 0 && uploads.length === ids.length && uploads.every((id) => ids.includes(id));
}

function hasWords({ text }: Draft, { content }: Listed): boolean {
  return text !== '' && likeness(text, textOfHtml(content)) === 'same';
}

async function compareText(session: Session, draft: Draft, listed: Listed) {
  const byHtml = likeness(draft.text, textOfHtml(listed.content));
  if (byHtml === 'same') return byHtml;
  const source = await readSource(session, listed.id);
  if (source === undefined) return withWarning(draft, listed) ? 'unclear' : byHtml;
  return likeness(draft.text, source) === 'same' ? 'same' : 'different';
}

/** With an empty text a server shows the warning as the text (networks.md §1.6). */
function withWarning(draft: Draft, listed: Listed): boolean {
  return (
    draft.text === '' &&
    draft.contentWarning !== null &&
    likeness(draft.contentWarning, textOfHtml(listed.content)) === 'same'
  );
}

/** The text as it was sent; undefined where the server does not tell. */
async function readSource(
  { http, account, token, signal }: Session,
  id: string,
): Promise<string | undefined> {
  const answer = await http({
    method: 'GET',
    url: `${account.server}/api/v1/statuses/${encodeURIComponent(id)}/source`,
    token,
    signal,
  });
  return sourceSchema.safeParse(okJson(answer)).data?.text;
}

async function attached(
  session: Session,
  attempt: SendRecord,
  profile: Profile,
): Promise<'no' | 'likely' | 'unknown'> {
  if (!profile.quirks.attachedIs404 || attempt.uploads.length === 0) return 'unknown';
  const oldest = Math.min(...attempt.uploads.map((upload) => upload.at));
  // Later the server may have deleted an unattached upload, and 404 proves nothing.
  if (session.clock.now() - oldest > profile.quirks.uploadForMs) return 'unknown';
  const states = await stateOfUploads(session, attempt.uploads);
  if (states.includes('gone')) return 'likely';
  return states.every((state) => state === 'there' || state === 'processing') ? 'no' : 'unknown';
}
