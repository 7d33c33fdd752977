import {
  type PostBatchResult,
  type PostInput,
  type PostView,
  type Problem,
  problemsError,
} from '../../shared/index.ts';
import { examine, inspection } from './check.ts';
import { type AddFrom, examined, type LimitsOf, newPost, originOf, unfit, wordProblems } from './new-post.ts';
import type { NewPost, PostRecord, PublisherNeeds, StoredMedia } from './ports.ts';
import { forget, resolveHeld, takeAll } from './take-media.ts';
import { postView, previewOf } from './view.ts';

/** Checks a post, copies its media into the home folder and stores it. Throws BAD_INPUT with all problems together. */
export async function addPost(
  needs: PublisherNeeds,
  given: PostInput,
  from: AddFrom,
  limitsOf: LimitsOf,
): Promise<PostView> {
  const [before] = await known(needs, [given], from);
  if (before) return postView(before);
  const { post, problems, copied } = await prepare(needs, given, from, limitsOf);
  const record = await storeOrForget(needs, copied, problems, () => needs.ledger.add(post));
  return postView(record);
}

/** The same for many: all are added, or none and nothing is left behind. With `dryRun` nothing is copied or stored. */
export async function addPosts(
  needs: PublisherNeeds,
  given: readonly PostInput[],
  from: AddFrom & { dryRun: boolean },
  limitsOf: LimitsOf,
): Promise<PostBatchResult> {
  const { dryRun } = from;
  const before = await known(needs, given, from);
  const prepared: { post: NewPost; problems: Problem[]; copied: readonly StoredMedia[] }[] = [];
  for (const [index, input] of given.entries()) {
    if (before[index]) continue;
    const one = await (dryRun ? rehearse : prepare)(needs, input, from, limitsOf);
    prepared.push({ ...one, problems: one.problems.map(inBatch(index)) });
  }
  const problems = prepared.flatMap((one) => one.problems);
  const copied = prepared.flatMap((one) => one.copied);
  const posts = prepared.map(({ post }) => post);
  if (dryRun && problems.length > 0) throw problemsError(problems, 'the posts');
  const records = dryRun
    ? posts.map(previewOf)
    : await storeOrForget(needs, copied, problems, () => needs.ledger.addAll(posts));
  let next = 0;
  return {
    dryRun,
    posts: before.map((old) => {
      if (old) return { isNew: false, post: postView(old) };
      const record = records[next] as PostRecord;
      const isNew = record.post.id === posts[next]?.id && !isRepeat(posts, next);
      next += 1;
      return { isNew, post: postView(record) };
    }),
  };
}

/** The posts that came before under the same keys, one for each of the given. */
function known(needs: PublisherNeeds, given: readonly PostInput[], from: AddFrom) {
  return Promise.all(
    given.map(async (input) => {
      const origin = originOf(input, from);
      const now = origin === null ? undefined : await needs.ledger.byOrigin(origin);
      if (now || from.former === undefined) return now;
      const before = await needs.ledger.byOrigin(from.former.key);
      const isOurs = before?.post.source === 'pipeline' && (await from.former.isOurs(before.post.runId));
      return isOurs ? before : undefined;
    }),
  );
}

async function prepare(needs: PublisherNeeds, given: PostInput, from: AddFrom, limitsOf: LimitsOf) {
  const resolved = await resolveHeld(needs, given);
  const { input } = resolved;
  const { media, copied, problems } = await takeAll(needs, resolved);
  const misfits = unfit(needs, input, examined(input, media), limitsOf);
  return {
    post: newPost(needs, input, from, media),
    problems: [...wordProblems(needs, input), ...problems, ...misfits],
    copied,
  };
}

/** Looks at the files where they are. */
async function rehearse(needs: PublisherNeeds, given: PostInput, from: AddFrom, limitsOf: LimitsOf) {
  const { input } = await resolveHeld(needs, given);
  const { files, problems } = await examine(input, inspection(needs));
  return {
    post: newPost(needs, input, from, []),
    problems: [...wordProblems(needs, input), ...problems, ...unfit(needs, input, files, limitsOf)],
    copied: [],
  };
}

/** Stores what was prepared; copies that no post has are removed again, whatever happens. */
async function storeOrForget<T extends PostRecord | PostRecord[]>(
  needs: PublisherNeeds,
  copied: readonly StoredMedia[],
  problems: readonly Problem[],
  store: () => Promise<T>,
): Promise<T> {
  const kept = new Set<string>();
  try {
    if (problems.length > 0)
      throw problemsError([...problems], problems[0]?.field.startsWith('posts[') ? 'the posts' : 'the post');
    const stored = await store();
    for (const { post } of [stored].flat()) for (const { id } of post.media) kept.add(id);
    needs.changed();
    return stored;
  } finally {
    // Another call with the same key was faster: its copies count, ours go.
    await forget(
      needs,
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
