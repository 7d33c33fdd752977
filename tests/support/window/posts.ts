import type { Announcer, Handlers } from '../../../electron/api/index.ts';
import {
  BelfryError,
  type HandlerInput,
  type MediaInput,
  type MediaView,
  type PastChoice,
  type PostInput,
  type PostRequest,
  type PostView,
  type Problem,
  postStatus,
  problemsError,
  type TargetStatus,
  type TargetView,
  toInstant,
} from '../../../shared/index.ts';
import { cursorPages } from './cursor-pages.ts';
import { samplePost, sampleTarget } from './sample.ts';
import type { World } from './world.ts';

const usualLimit = 500;
const open: readonly TargetStatus[] = ['draft', 'queued', 'failed', 'missed'];

/** Posts that only remember: lists as the store orders them, commands as the publisher decides them, nothing sent. */
export function postHandlersOn(world: World, announcer: Announcer) {
  const told = () => {
    announcer.announce({ name: 'posts.changed' });
    announcer.announce({ name: 'status.changed' });
  };
  const pages = { soonest: cursorPages(inOrder.soonest), latest: cursorPages(inOrder.latest) };
  const find = (id: string) => {
    const post = world.posts.find((one) => one.id === id);
    if (post) return post;
    throw new BelfryError({
      code: 'NOT_FOUND',
      what: `Unknown post "${id}"`,
      where: 'among the posts',
      why: 'It does not exist or was removed',
      remedy: 'Go back to the list',
    });
  };
  const put = (changed: PostView) => {
    const isKnown = world.posts.some(({ id }) => id === changed.id);
    world.posts = isKnown
      ? world.posts.map((one) => (one.id === changed.id ? changed : one))
      : [changed, ...world.posts];
    told();
    return changed;
  };
  const change = (id: string, from: readonly TargetStatus[], part: Partial<TargetView>) =>
    put(withTargets(find(id), from, part));
  const many = (
    { select, dryRun }: HandlerInput<'posts.cancelAll'>,
    from: readonly TargetStatus[],
    partOf: (post: PostView, index: number) => Partial<TargetView> & { publishAt?: string | null },
  ) => {
    const posts = (select.ids ?? []).map(find);
    const isMeant = (target: TargetView) =>
      from.includes(target.status) && (select.account === undefined || target.account === select.account);
    const problems: Problem[] = posts.flatMap((post, index) =>
      post.targets.some(isMeant)
        ? []
        : [{ field: `select.ids[${index}]`, message: `${post.id} is ${post.status}, which cannot change` }],
    );
    if (problems.length > 0) throw problemsError(problems, 'the selection', 'CONFLICT');
    const changed = posts.map((post, index) => {
      const { publishAt, ...part } = partOf(post, index);
      const targets = post.targets.map((one) => (isMeant(one) ? { ...one, ...part, error: null } : one));
      const after = { ...post, targets, status: postStatus(targets) };
      return publishAt === undefined ? after : { ...after, publishAt };
    });
    if (!dryRun) for (const post of changed) put(post);
    return {
      dryRun,
      posts: changed.map(({ id, text, targets }, index) => ({
        id,
        text,
        accounts: (posts[index]?.targets ?? []).filter(isMeant).map(({ account }) => account),
        dueAt: targets[0]?.dueAt ?? null,
      })),
    };
  };

  return {
    'posts.list': async (query) => pageOf(world.posts, query),
    'posts.page': async ({ count: _, cursor, limit, ...query }) => {
      const all = pageOf(world.posts, { ...query, limit: world.posts.length });
      const { items: posts, ...page } = pages[query.order](all, { cursor, limit });
      return { posts, ...page };
    },
    'posts.count': async (query) => {
      const all = pageOf(world.posts, { ...query, order: 'latest', limit: world.posts.length });
      return { count: all.length, more: false };
    },
    'posts.get': async ({ id }) => find(id),
    'posts.add': async ({ post, source }) => {
      refuse(post);
      return put(postOf({ id: `post-${world.posts.length + 1}`, source, targets: [] }, post));
    },
    'posts.addAll': async ({ posts, dryRun }) => ({
      dryRun,
      posts: posts.map((input, index) => {
        const made = postOf({ id: `post-${world.posts.length + index + 1}`, targets: [] }, input);
        return { isNew: true, post: dryRun ? made : put(made) };
      }),
    }),
    'posts.check': async ({ post }) => checkOf(post),
    'posts.set': async ({ id, post }) => {
      refuse(post);
      return put(postOf(find(id), post));
    },
    'posts.move': async ({ id, publishAt, past }) => {
      refusePast(publishAt, past);
      const isDraft = publishAt === null || past === 'draft';
      const part = {
        status: isDraft ? 'draft' : 'queued',
        dueAt: isDraft ? null : publishAt,
        error: null,
      } as const;
      return put({ ...withTargets(find(id), open, part), publishAt: isDraft ? null : publishAt });
    },
    'posts.history': async ({ id }) => {
      const { createdAt, targets } = find(id);
      return (
        world.histories.get(id) ??
        targets.map(({ account, status }) => ({ account, at: createdAt, status, note: `It is ${status}` }))
      );
    },
    'posts.cancelAll': async (input) => many(input, open, () => ({ status: 'cancelled', dueAt: null })),
    'posts.retryAll': async (input) =>
      many(input, ['failed', 'missed'], ({ publishAt }) => ({ status: 'queued', dueAt: publishAt })),
    'posts.moveAll': async ({ to, past: _, ...input }) =>
      many(input, open, (post, index) => {
        const at =
          'bySeconds' in to
            ? later(post.publishAt, to.bySeconds)
            : later(to.publishAt, index * to.everySeconds);
        return { status: at === null ? 'draft' : 'queued', dueAt: at, publishAt: at };
      }),
    'posts.cancel': async ({ id }) => change(id, open, { status: 'cancelled', error: null }),
    'posts.retry': async ({ id }) => change(id, ['failed', 'missed'], { status: 'queued', error: null }),
    'posts.publish': async ({ id }) =>
      change(id, ['draft', 'queued', 'missed', 'cancelled'], { status: 'published', error: null }),
    'posts.settle': async ({ id, account, published }) => {
      const post = find(id);
      const targets = post.targets.map((target) =>
        target.account === account
          ? { ...target, status: published ? ('published' as const) : ('queued' as const), error: null }
          : target,
      );
      return put({ ...post, targets, status: postStatus(targets) });
    },
  } satisfies Partial<Handlers>;
}

function withTargets(post: PostView, from: readonly TargetStatus[], part: Partial<TargetView>): PostView {
  const targets = post.targets.map((one) => (from.includes(one.status) ? { ...one, ...part } : one));
  return { ...post, targets, status: postStatus(targets) };
}

const timeOf = ({ publishAt }: PostView) =>
  publishAt === null ? Number.POSITIVE_INFINITY : Date.parse(publishAt);
const soonest = (a: PostView, b: PostView) => (timeOf(a) === timeOf(b) ? 0 : timeOf(a) - timeOf(b));
const inOrder = { soonest, latest: (a: PostView, b: PostView) => soonest(b, a) };

/** Filters, order and pages as the store has them. */
function pageOf(all: readonly PostView[], query: HandlerInput<'posts.list'>): PostView[] {
  const { status, account, tag, search, from, to, order, after, limit } = query;
  const words = search?.toLowerCase();
  const fits = (post: PostView) =>
    post.targets.some(
      (target) => (!status || status.includes(target.status)) && (!account || target.account === account),
    ) &&
    (!tag || post.tags.includes(tag)) &&
    (!words || [post.text, post.note].some((text) => text.toLowerCase().includes(words))) &&
    (!from || (post.publishAt !== null && post.publishAt >= from)) &&
    (!to || (post.publishAt !== null && post.publishAt < to));
  const fitting = all.filter(fits).sort(inOrder[order]);
  const start = after === undefined ? 0 : fitting.findIndex(({ id }) => id === after) + 1;
  return fitting.slice(start, start + limit);
}

/** An input in the place of a post; targets that are out stay as they are. */
function postOf(
  before: Partial<PostView> & Pick<PostView, 'id' | 'targets'>,
  input: PostInput | PostRequest,
): PostView {
  const publishAt = input.publishAt === 'next-slot' ? '2030-01-01T09:00:00.000Z' : input.publishAt;
  const status = publishAt === null || input.draft ? 'draft' : 'queued';
  const targets = input.accounts.map((account) => {
    const known = before.targets.find((target) => target.account === account);
    if (known?.status === 'published') return known;
    return sampleTarget({ account, status, dueAt: publishAt, override: input.overrides[account] ?? {} });
  });
  return samplePost({
    ...before,
    text: input.text,
    publishAt,
    targets,
    media: input.media.map(mediaOf),
    thread: input.thread.map(({ text, media }) => ({ text, media: media.map(mediaOf) })),
    poll: input.poll,
    firstComment: input.firstComment,
    tags: input.tags,
    note: input.note,
    contentWarning: input.contentWarning ?? null,
    visibility: input.visibility ?? null,
    language: input.language ?? null,
    sensitive: input.sensitive ?? null,
  });
}

function mediaOf({ path, alt, focus, url }: MediaInput, index: number): MediaView {
  const name = path.split('/').at(-1) ?? path;
  return {
    id: `media-${index}`,
    name,
    alt,
    mime: 'image/png',
    bytes: 120_000,
    focus: focus ?? null,
    url: url ?? null,
  };
}

/** 500 characters everywhere; a file named `huge` is refused, one without description gets advice. */
function checkOf(post: PostInput) {
  const parts = [{ text: post.text, media: post.media }, ...post.thread];
  const fieldOf = (part: number) => (part === 0 ? '' : `thread[${part - 1}].`);
  const counts = post.accounts.flatMap((account) =>
    parts.map(({ text }, part) => ({ account, part, characters: [...text].length, limit: usualLimit })),
  );
  const problems: Problem[] = parts.flatMap(({ text, media }, part) => [
    ...([...text].length > usualLimit
      ? [{ field: `${fieldOf(part)}text`, message: `has ${[...text].length} characters, which is too much` }]
      : []),
    ...media.flatMap(({ path }, index) =>
      path.includes('huge')
        ? [{ field: `${fieldOf(part)}media[${index}]`, message: 'has 90 MiB, and 16 MiB are taken' }]
        : [],
    ),
  ]);
  const advice: Problem[] = parts.flatMap(({ media }, part) =>
    media.flatMap(({ alt }, index) =>
      alt === '' ? [{ field: `${fieldOf(part)}media[${index}]`, message: 'has no description' }] : [],
    ),
  );
  return { problems, advice, counts };
}

function refuse(post: PostInput | PostRequest): void {
  const { problems } = checkOf({ ...post, publishAt: null });
  if (problems.length > 0) throw problemsError(problems, 'the post');
  if (!('draft' in post && post.draft)) refusePast(post.publishAt, post.past);
}

function refusePast(at: string | null, past: PastChoice | undefined): void {
  if (past !== undefined || at === null || !(Date.parse(at) < Date.now() - 300_000)) return;
  throw problemsError([{ field: 'publishAt', message: 'is in the past' }], 'the post');
}

function later(at: string | null, seconds: number): string | null {
  return at === null ? null : toInstant(Date.parse(at) + seconds * 1000);
}
