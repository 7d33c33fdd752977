import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  type AccountStatus,
  fromInstant,
  inSteps,
  type MediaView,
  type Overdue,
  type PostView,
  postStatus,
  type TargetStatus,
  type TargetView,
  toInstant,
  type Wait,
} from '../../shared/index.ts';
import { keyOf } from './new-post.ts';
import { isPutOff, lateAfterMs, momentOf } from './next-action.ts';
import type {
  AccountHeld,
  Head,
  Moment,
  NewPost,
  PostRecord,
  PublisherDeps,
  StoredMedia,
  StoredTarget,
} from './ports.ts';

/** A stored post as clients see it; `waitOf` says what a target waits for. */
export function postView(
  { post, targets }: PostRecord,
  waitOf: (target: StoredTarget) => Wait | null = () => null,
): PostView {
  const filesOf = (part: number) => post.media.filter((media) => media.part === part).map(mediaView);
  return {
    id: post.id,
    status: postStatus(targets),
    publishAt: instantOrNull(post.publishAt),
    text: post.text,
    media: filesOf(0),
    thread: post.thread.map((text, index) => ({ text, media: filesOf(index + 1) })),
    poll: post.poll,
    firstComment: post.firstComment,
    tags: [...post.tags],
    targets: targets.map((target) => targetView(target, waitOf(target))),
    source: post.source,
    runId: post.runId,
    note: post.note,
    key: keyOf(post.originKey),
    visibility: post.visibility,
    contentWarning: post.contentWarning,
    language: post.language,
    sensitive: post.sensitive,
    createdAt: toInstant(post.createdAt),
  };
}

/** A post that was not stored, as if it had been. */
export function previewOf(post: NewPost): PostRecord {
  const fresh = {
    remoteId: null,
    url: null,
    error: null,
    notBefore: null,
    hold: null,
    tries: 0,
    revision: 0,
    sent: null,
    differs: [],
    notCompared: null,
  };
  const targets = post.targets.map((target, position) => ({ ...fresh, ...target, position }));
  return { post: { ...post, seq: 0 }, targets };
}

function mediaView({ id, name, alt, mime, bytes, focus, publicUrl }: StoredMedia): MediaView {
  return { id, name, alt, mime, bytes, focus: focus === null ? null : [focus[0], focus[1]], url: publicUrl };
}

const held: readonly TargetStatus[] = ['queued', 'sending'];

function targetView(target: StoredTarget, waits: Wait | null): TargetView {
  const { account, status, remoteId, url, error, override, sent, notCompared, notBefore } = target;
  const differs = [...target.differs];
  // For an unconfirmed target it is only when Belfry looks again by itself; nothing waits for that.
  const shown = held.includes(status) ? instantOrNull(notBefore) : null;
  const dueAt = instantOrNull(target.dueAt);
  const known = { account, status, dueAt, remoteId, url, error, override, sent, differs, notCompared };
  return { ...known, notBefore: shown, waits };
}

function instantOrNull(at: number | null): string | null {
  return at === null ? null : toInstant(at);
}

/** What decides for all targets of an account whether they may go out now. */
type Standing = {
  now: Moment;
  /** What keeps all of Belfry from publishing; null when nothing does. */
  pause: 'confirmation' | 'scheduler' | 'publish-job' | null;
  status: AccountStatus;
  held: AccountHeld | undefined;
  /** The post that goes before all others; undefined where the order does not matter or none is due. */
  first: string | undefined;
};

type Waiting = Pick<StoredTarget, 'status' | 'dueAt' | 'notBefore' | 'hold'>;
const open: readonly TargetStatus[] = ['queued', 'sending'];

/** What a target waits for; null for one that waits for nothing but its time, is being sent, or is not on its way. Pure. */
function waitOf(post: string, target: Waiting, standing: Standing): Wait | null {
  const { status, dueAt, notBefore, hold } = target;
  const { now, pause, first, held } = standing;
  if (!open.includes(status) || dueAt === null) return null;
  const until = isPutOff(target, now.at) ? notBefore : null;
  if (status === 'sending' && until === null && hold === null) return null;
  if (pause !== null) return { for: pause };
  if (standing.status === 'sign-in-needed') return { for: 'sign-in' };
  if (standing.status === 'moved') return { for: 'moved' };
  if (standing.status === 'locked') return { for: 'vault' };
  if (dueAt > now.at) return null;
  if (until !== null && (first === undefined || first === post))
    return { for: hold ?? 'back-off', until: toInstant(until) };
  if (held) return { for: held.hold, until: toInstant(held.until), post: held.post };
  if (first !== undefined && first !== post) return { for: 'order', post: first };
  return { for: 'turn' };
}

/** Posts as clients see them, each target with what it waits for. */
export async function viewPosts(deps: PublisherDeps, records: readonly PostRecord[]): Promise<PostView[]> {
  const accounts = records.flatMap(({ targets }) =>
    targets.flatMap(({ account, status }) => (open.includes(status) ? account : [])),
  );
  const standings = new Map<string, Standing>();
  const pause = accounts.length > 0 ? await pauseOf(deps) : null;
  for (const id of new Set(accounts)) standings.set(id, await standingOf(deps, id, pause));
  const view = (record: PostRecord) =>
    postView(record, (target) => {
      const standing = standings.get(target.account);
      return standing ? waitOf(record.post.id, target, standing) : null;
    });
  return inSteps(records, nextTurn, (some) => some.map(view));
}

/** One post as clients see it. */
export async function viewPost(deps: PublisherDeps, record: PostRecord): Promise<PostView> {
  const [view] = await viewPosts(deps, [record]);
  return view ?? postView(record);
}

/**
 * The posts that are due and not out, by account and by what they wait for. Those that only wait for their turn count
 * once they are late.
 */
export async function overduePosts(deps: PublisherDeps): Promise<Overdue[]> {
  const now = deps.clock.now();
  const heads = await deps.ledger.heads(now);
  if (heads.length === 0) return [];
  const pause = await pauseOf(deps);
  const lists = await Promise.all(heads.map((head) => overdueOf(deps, head, pause)));
  return lists
    .flat()
    .filter(({ waits, since }) => waits.for !== 'turn' || now - fromInstant(since) > lateAfterMs);
}

async function overdueOf(deps: PublisherDeps, head: Head, pause: Standing['pause']): Promise<Overdue[]> {
  const { account } = head;
  const standing = await standingOf(deps, account, pause);
  const groups = await deps.ledger.due(account, standing.now);
  const headHold = isPutOff(head, standing.now.at) ? head.hold : null;
  const found = new Map<string, Overdue>();
  const count = (waits: Wait | null, posts: number, since: number) => {
    if (waits === null || posts === 0) return;
    const known = found.get(waits.for);
    found.set(waits.for, {
      account,
      waits: known?.waits ?? waits,
      posts: posts + (known?.posts ?? 0),
      since: toInstant(Math.min(since, known ? fromInstant(known.since) : since)),
    });
  };
  for (const { status, hold, posts, since, until } of groups) {
    const target = { status, hold, dueAt: since, notBefore: hold === null ? null : until };
    // With a strict order only the first waits for something of its own.
    const isFirsts = standing.first === head.post && status === head.status && hold === headHold;
    if (isFirsts) count(waitOf(head.post, head, standing), 1, head.dueAt);
    count(waitOf('', target, standing), posts - (isFirsts ? 1 : 0), since);
  }
  // What others only stand behind comes after its cause.
  return [...found.values()].sort(
    (a, b) => Number(a.waits.for === 'order') - Number(b.waits.for === 'order'),
  );
}

async function standingOf(deps: PublisherDeps, id: string, pause: Standing['pause']): Promise<Standing> {
  const now = momentOf(deps.clock.now());
  const isStrict = deps.account(id)?.order === 'strict';
  const first = isStrict ? (await deps.ledger.head(id, now.at))?.post.id : undefined;
  return {
    now,
    pause,
    status: await deps.accountStatus(id),
    held: await deps.ledger.accountHold(id, now),
    first,
  };
}

async function pauseOf(deps: PublisherDeps): Promise<Standing['pause']> {
  return (await deps.publishingPaused()) ? 'confirmation' : (deps.pausedBy?.() ?? null);
}
