import {
  BelfryError,
  fromInstant,
  type Millis,
  type PostBatchResult,
  type PostInput,
  type PostView,
  type Problem,
  problemsError,
  toInstant,
} from '../../shared/index.ts';
import { type Examined, examine, filesOf, inspection } from './examine-post.ts';
import { type AddFrom, examined, type LimitsOf, newPost, originOf, unfit, wordProblems } from './new-post.ts';
import { isPast, nowToleranceMs, type Timely, take, timely } from './past.ts';
import type { NewPost, PostRecord, PublisherDeps, StoredMedia } from './ports.ts';
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

/** A post under examination, with what its files are. */
type Candidate = {
  input: PostInput;
  files: Examined;
  slots?: ReadonlyMap<string, Millis> | undefined;
};

/** What a post repeats: the id of a post, or `posts[3]` for an earlier one of the same batch; for which account, and when. */
type Repeat = { of: string; account: string; at: Millis | null };

type Deps = Pick<PublisherDeps, 'settings' | 'mediaLedger' | 'ledger' | 'clock'>;
type Shown = { account: string; at: Millis | null; text: string; content: string };

const hourMs = 3_600_000;

/**
 * For each post the first one that its account has with the same content within `sameTextHours` (0 = nothing is looked
 * for), as `posts check` advises. Within a batch the same content is a repetition only at the same time: a table may
 * well hold one greeting for each day. A post with a key is identified by that key alone.
 */
async function repeatsIn(deps: Deps, posts: readonly Candidate[]): Promise<(Repeat | undefined)[]> {
  const reach = deps.settings().sameTextHours * hourMs;
  if (reach === 0) return posts.map(() => undefined);
  const shown = posts.map((post) => (post.input.key === undefined ? shownBy(post) : []));
  const stored = await storedLike(deps, shown.flat(), reach);
  const records = new Map<string, PostRecord | undefined>();
  const seen = new Map<string, { index: number; at: Millis | null }[]>();
  const found: (Repeat | undefined)[] = [];
  for (const [index, all] of shown.entries()) {
    let repeat: Repeat | undefined;
    for (const one of all) {
      const key = JSON.stringify([one.account, one.content]);
      const earlier = (seen.get(key) ?? []).find(({ at }) => isNear(at, one.at, nowToleranceMs));
      if (earlier) repeat ??= { of: `posts[${earlier.index}]`, account: one.account, at: earlier.at };
      for (const other of stored.get(JSON.stringify([one.account, one.text])) ?? []) {
        if (repeat || !isNear(other.at, one.at, reach)) continue;
        if (!records.has(other.post)) records.set(other.post, await deps.ledger.get(other.post));
        const record = records.get(other.post);
        if (record && contentOf(record, one.account) === one.content)
          repeat = { of: other.post, account: one.account, at: other.at };
      }
      seen.set(key, [...(seen.get(key) ?? []), { index, at: one.at }]);
    }
    found.push(repeat);
  }
  return found;
}

/** The problem of a post that repeats another. */
function repeatProblem({ of, account, at }: Repeat): Problem {
  const when = at === null ? 'a draft' : toInstant(at);
  return {
    field: 'text',
    message: `repeats ${of.startsWith('posts[') ? of : `post ${of}`} for "${account}" (${when}); allow duplicates to add it all the same`,
  };
}

function isNear(a: Millis | null, b: Millis | null, reach: Millis): boolean {
  return a === null || b === null ? a === b : Math.abs(a - b) <= reach;
}

/** What each account of a post would show, and when. */
function shownBy({ input, files, slots }: Candidate): Shown[] {
  const media = filesOf(input).map(({ part, path }) => [part, ...factsOf(files.get(path))]);
  return input.accounts.map((account) => {
    const own = input.overrides[account] ?? {};
    const text = (own.text ?? input.text).trim();
    const thread = own.thread ?? input.thread.map((part) => part.text);
    const poll = own.poll === undefined ? input.poll : own.poll;
    const at = slots?.get(account) ?? (input.publishAt === null ? null : fromInstant(input.publishAt));
    return { account, at, text, content: JSON.stringify([text, thread, poll?.options ?? null, media]) };
  });
}

/** The same of a stored post. */
function contentOf({ post, targets }: PostRecord, account: string): string | undefined {
  const own = targets.find((target) => target.account === account)?.override;
  if (!own) return undefined;
  const media = [...post.media]
    .sort((a, b) => a.part - b.part || a.position - b.position)
    .map((file) => [file.part, ...factsOf(file)]);
  const poll = own.poll === undefined ? post.poll : own.poll;
  const text = (own.text ?? post.text).trim();
  return JSON.stringify([text, own.thread ?? post.thread, poll?.options ?? null, media]);
}

/** What tells files apart without reading them whole: two of one type, length and size are hardly ever different. */
function factsOf(file: Pick<StoredMedia, 'mime' | 'bytes' | 'width' | 'height'> | undefined) {
  return [file?.mime ?? null, file?.bytes ?? null, file?.width ?? null, file?.height ?? null];
}

/** What the accounts have with these texts around these times, by account and text; one question for each account. */
async function storedLike(deps: Deps, wanted: readonly Shown[], reach: Millis) {
  const found = new Map<string, { post: string; at: Millis | null }[]>();
  for (const [account, all] of Map.groupBy(wanted, (one) => one.account)) {
    const times = all.flatMap(({ at }) => at ?? []);
    const [first, last] =
      times.length === 0 ? [0, 0] : [Math.min(...times) - reach, Math.max(...times) + reach];
    const texts = [...new Set(all.map(({ text }) => text))];
    for (const { post, text, at } of await deps.mediaLedger.sameTexts(account, texts, first, last)) {
      const key = JSON.stringify([account, text]);
      found.set(key, [...(found.get(key) ?? []), { post, at }]);
    }
  }
  return found;
}
