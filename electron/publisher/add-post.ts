import {
  BelfryError,
  fromInstant,
  type Millis,
  type PostBatchResult,
  type PostInput,
  type PostView,
  type Problem,
  problemsError,
} from '../../shared/index.ts';
import { examine, inspection } from './examine-post.ts';
import { type AddFrom, examined, type LimitsOf, newPost, originOf, unfit, wordProblems } from './new-post.ts';
import { isPast, type Timely, take, timely } from './past.ts';
import type { NewPost, PostRecord, PublisherDeps, StoredMedia } from './ports.ts';
import { type Candidate, type Repeat, repeatProblem, repeatsIn } from './repeats.ts';
import { forget, resolveHeld, takeAll } from './take-media.ts';
import { postView, previewOf, viewPost } from './view.ts';

/** Tries when other posts keep taking the weekly slot that a post is to be moved to. */
const mostTries = 5;

/**
 * Checks a post, copies its media into the home folder and stores it. Throws BAD_INPUT with all problems together, and
 * ALREADY_EXISTS for a repetition that is not wanted.
 */
export async function addPost(
  deps: PublisherDeps,
  given: PostInput,
  from: AddFrom,
  limitsOf: LimitsOf,
): Promise<PostView> {
  const [before] = await known(deps, [given], from);
  if (before) return viewPost(deps, before);
  return whileSlotsAreTaken([given], async () => {
    const one = await prepare(deps, await timely(deps, given, from), from, limitsOf);
    const problems = [...one.late, ...one.problems];
    const { repeats, post } =
      problems.length > 0 ? { repeats: [], post: one.post } : await unrepeated(deps, one, from);
    const record = await storeOrForget(deps, one.copied, { problems, repeats }, () => deps.ledger.add(post));
    return viewPost(deps, record);
  });
}

/**
 * The same for many: all are added, or none and nothing is left behind. With `dryRun` nothing is copied or stored, and
 * past times and repetitions are reported instead of refused.
 */
export async function addPosts(
  deps: PublisherDeps,
  given: readonly PostInput[],
  from: AddFrom & { dryRun: boolean },
  limitsOf: LimitsOf,
): Promise<PostBatchResult> {
  const { dryRun } = from;
  const before = await known(deps, given, from);
  return whileSlotsAreTaken(given, async () => {
    const taken = new Map<string, Set<Millis>>();
    // What has a time of its own may lie in a slot.
    for (const input of given) {
      if (isPast(input, deps.clock.now()) || input.publishAt === null || input.draft) continue;
      for (const account of input.accounts) take(taken, account, fromInstant(input.publishAt));
    }
    const prepared: Prepared[] = [];
    const places: number[] = [];
    for (const [index, input] of given.entries()) {
      if (before[index]) continue;
      places.push(index);
      const timed = await timely(deps, input, from, taken);
      prepared.push(await (dryRun ? rehearse : prepare)(deps, timed, from, limitsOf));
    }
    const inPlace = (problems: readonly Problem[], at: number) => problems.map(inBatch(places[at] ?? at));
    const found =
      from.repeats === 'refuse'
        ? await repeatsIn(
            deps,
            prepared.map(({ candidate }) => candidate),
          )
        : [];
    const repeated = found.map((repeat) => repeat && withPlace(repeat, places));
    const posts = prepared.map(({ post }) => post);
    const problems = prepared.flatMap((one, at) =>
      inPlace(dryRun ? one.problems : [...one.late, ...one.problems], at),
    );
    if (dryRun && problems.length > 0) throw problemsError(problems, 'the posts');
    const repeats = repeated.flatMap((repeat, at) => (repeat ? inPlace([repeatProblem(repeat)], at) : []));
    const copied = prepared.flatMap((one) => one.copied);
    const records = dryRun
      ? posts.map(previewOf)
      : await storeOrForget(deps, copied, { problems, repeats }, () => deps.ledger.addAll(posts));
    return {
      dryRun,
      posts: before.map((old, index) => (old ? { isNew: false, post: postView(old) } : entry(index))),
    };

    function entry(index: number): PostBatchResult['posts'][number] {
      const at = places.indexOf(index);
      const record = records[at] as PostRecord;
      const isNew = record.post.id === posts[at]?.id && !isRepeat(posts, at);
      const repeat = repeated[at];
      return {
        isNew,
        post: postView(record),
        ...((prepared[at]?.late.length ?? 0) > 0 ? { past: true as const } : {}),
        ...(repeat ? { repeats: repeat.of } : {}),
      };
    }
  });
}

type Prepared = {
  post: NewPost;
  candidate: Candidate;
  problems: Problem[];
  /** Why its time keeps it from being added. */
  late: readonly Problem[];
  copied: readonly StoredMedia[];
};

/** What keeps a post from being added as a repetition, and the post for the accounts that do not have it. */
async function unrepeated(
  deps: PublisherDeps,
  { candidate, post }: Prepared,
  { repeats = 'allow' }: AddFrom,
): Promise<{ repeats: Problem[]; post: NewPost }> {
  if (repeats === 'allow') return { repeats: [], post };
  const each = candidate.input.accounts.map((account) => ({
    ...candidate,
    input: { ...candidate.input, accounts: [account] },
  }));
  const found = await repeatsIn(deps, each);
  const [first] = found.filter((repeat) => repeat !== undefined);
  const isLeftOut = (account: string) => found.some((repeat) => repeat?.account === account);
  const targets = post.targets.filter(({ account }) => !isLeftOut(account));
  const isRefused = first && (repeats === 'refuse' || targets.length === 0);
  return { repeats: isRefused ? [repeatProblem(first)] : [], post: { ...post, targets } };
}

/** A repetition within the batch counts posts as the caller does. */
function withPlace(repeat: Repeat, places: readonly number[]): Repeat {
  const [, at] = /^posts\[(\d+)\]$/.exec(repeat.of) ?? [];
  return at === undefined ? repeat : { ...repeat, of: `posts[${places[Number(at)]}]` };
}

async function whileSlotsAreTaken<T>(given: readonly PostInput[], add: () => Promise<T>): Promise<T> {
  for (let left = mostTries; ; left -= 1) {
    try {
      return await add();
    } catch (error) {
      const isTaken = error instanceof BelfryError && error.code === 'CONFLICT';
      if (!isTaken || left === 0 || !given.some(({ past }) => past === 'move-to-slot')) throw error;
    }
  }
}

/** The posts that came before under the same keys, one for each of the given. */
function known(deps: PublisherDeps, given: readonly PostInput[], from: AddFrom) {
  return Promise.all(
    given.map(async (input) => {
      const origin = originOf(input, from);
      const now = origin === null ? undefined : await deps.ledger.byOrigin(origin);
      if (now || from.former === undefined) return now;
      const before = await deps.ledger.byOrigin(from.former.key);
      const isOurs = before?.post.source === 'pipeline' && (await from.former.isOurs(before.post.runId));
      return isOurs ? before : undefined;
    }),
  );
}

async function prepare(
  deps: PublisherDeps,
  timed: Timely,
  given: AddFrom,
  limitsOf: LimitsOf,
): Promise<Prepared> {
  const from = withSlots(given, timed);
  const resolved = await resolveHeld(deps, timed.input);
  const { input } = resolved;
  const { media, copied, problems } = await takeAll(deps, resolved);
  const files = examined(input, media);
  return {
    post: newPost(deps, input, from, media),
    candidate: { input, files, slots: from.slots },
    problems: [...wordProblems(deps, input), ...problems, ...unfit(deps, input, files, limitsOf)],
    late: timed.problems,
    copied,
  };
}

/** Looks at the files where they are. */
async function rehearse(
  deps: PublisherDeps,
  timed: Timely,
  given: AddFrom,
  limitsOf: LimitsOf,
): Promise<Prepared> {
  const from = withSlots(given, timed);
  const { input } = await resolveHeld(deps, timed.input);
  const { files, problems } = await examine(input, inspection(deps));
  return {
    post: newPost(deps, input, from, []),
    candidate: { input, files, slots: from.slots },
    problems: [...wordProblems(deps, input), ...problems, ...unfit(deps, input, files, limitsOf)],
    late: timed.problems,
    copied: [],
  };
}

function withSlots(from: AddFrom, { slots }: Timely): AddFrom {
  return slots === undefined ? from : { ...from, slots };
}

/** Stores what was prepared; copies that no post has are removed again, whatever happens. */
async function storeOrForget<T extends PostRecord | PostRecord[]>(
  deps: PublisherDeps,
  copied: readonly StoredMedia[],
  { problems, repeats }: { problems: readonly Problem[]; repeats: readonly Problem[] },
  store: () => Promise<T>,
): Promise<T> {
  const kept = new Set<string>();
  try {
    const all = [...problems, ...repeats];
    const where = all[0]?.field.startsWith('posts[') ? 'the posts' : 'the post';
    if (all.length > 0) throw problemsError(all, where, problems.length > 0 ? 'BAD_INPUT' : 'ALREADY_EXISTS');
    const stored = await store();
    for (const { post } of [stored].flat()) for (const { id } of post.media) kept.add(id);
    deps.changed();
    return stored;
  } finally {
    // Another call with the same key was faster: its copies count, ours go.
    await forget(
      deps,
      copied.filter(({ id }) => !kept.has(id)),
    );
  }
}

function isRepeat(posts: readonly NewPost[], index: number): boolean {
  const key = posts[index]?.originKey ?? null;
  return key !== null && posts.findIndex(({ originKey }) => originKey === key) < index;
}

function inBatch(index: number): (problem: Problem) => Problem {
  return ({ field, message }) => ({
    field: field === '' ? `posts[${index}]` : `posts[${index}].${field}`,
    message,
  });
}
