import {
  BelfryError,
  type Millis,
  type PostInput,
  type PostView,
  type Problem,
  problemsError,
  toInstant,
} from '../../shared/index.ts';
import { found, keepsChanging, mostDecisions } from './change-posts.ts';
import { cancelling } from './commands.ts';
import { bodyHash, draftOf, isComment, partsOf, threadOf } from './draft.ts';
import { examined, keyOf, type LimitsOf, unfit, wordProblems, wordsOf } from './new-post.ts';
import { step } from './next-action.ts';
import { timely } from './past.ts';
import type { Change, PostEdit, PostRecord, PublisherDeps, StoredMedia, StoredPost, Work } from './ports.ts';
import { forget, resolveHeld, takeAll } from './take-media.ts';
import { viewPost } from './view.ts';

/**
 * Replaces a post by what was given. A target that is out keeps what it published; one of which a part is out goes on,
 * unless that part was changed. Throws CONFLICT while a target is being sent or unconfirmed, and when all are out.
 */
export async function editPost(
  deps: PublisherDeps,
  id: string,
  given: PostInput,
  limitsOf: LimitsOf,
): Promise<PostView> {
  assertEditable(await worksOf(deps, await found(deps, id)));
  const copied: StoredMedia[] = [];
  let kept = new Set<string>();
  try {
    let taken = await take(deps, id, given, copied);
    for (let again = 0; again < mostDecisions; again += 1) {
      const record = await found(deps, id);
      const works = await worksOf(deps, record);
      assertEditable(works);
      // Another edit was stored meanwhile, and may have removed files that this one names.
      if (!isSameMedia(record.post.media, taken.before)) taken = await take(deps, id, given, copied);
      const { media, problems } = taken;
      const open = taken.input.accounts.filter((account) => statusOf(works, account) !== 'published');
      const timed = isTimed(works, taken.input, open)
        ? await timely(deps, { ...taken.input, accounts: open }, { source: 'person' })
        : { input: taken.input, problems: [] };
      const input = { ...taken.input, publishAt: timed.input.publishAt, draft: timed.input.draft };
      const post = { ...record.post, ...wordsOf(input), media };
      const all = [
        ...wordProblems(deps, input, open),
        ...keyProblems(record.post, input),
        ...timed.problems,
        ...problems,
        ...unfit(deps, input, examined(input, media), limitsOf, open),
        ...works.flatMap((work) => changedParts(deps, work, post, input)),
      ];
      if (all.length > 0) throw problemsError(all, 'the post');
      if (!(await deps.ledger.edit(editOf(works, post, input, timed.slots), deps.clock.now()))) continue;
      kept = new Set(media.map((one) => one.id));
      await forget(
        deps,
        record.post.media.filter((one) => !kept.has(one.id)),
      );
      deps.changed();
      return viewPost(deps, await found(deps, id));
    }
    throw keepsChanging(`post ${id}`);
  } finally {
    await forget(
      deps,
      copied.filter((one) => !kept.has(one.id)),
    );
  }
}

/** Takes the files of an edit, from the post as it is now; what was copied for it is added to `copied`. */
async function take(deps: PublisherDeps, id: string, given: PostInput, copied: StoredMedia[]) {
  const { post } = await found(deps, id);
  const resolved = await resolveHeld(deps, given);
  const taken = await takeAll(deps, resolved, post.media);
  copied.push(...taken.copied);
  return { ...taken, input: resolved.input, before: post.media };
}

function isSameMedia(now: readonly StoredMedia[], before: readonly StoredMedia[]): boolean {
  return now.length === before.length && now.every(({ id }) => before.some((one) => one.id === id));
}

async function worksOf(deps: PublisherDeps, { post, targets }: PostRecord): Promise<Work[]> {
  const works = await Promise.all(targets.map(({ account }) => deps.ledger.work(post.id, account)));
  return works.flatMap((work) => work ?? []);
}

function statusOf(works: readonly Work[], account: string) {
  return works.find(({ target }) => target.account === account)?.target.status;
}

function assertEditable(works: readonly Work[]): void {
  const inDoubt = works.filter(
    ({ target, attempts }) =>
      target.status === 'sending' ||
      target.status === 'unconfirmed' ||
      (target.status !== 'published' &&
        attempts.some(({ state }) => state !== 'prepared' && state !== 'published')),
  );
  const isOut = works.length > 0 && works.every(({ target }) => target.status === 'published');
  if (inDoubt.length === 0 && !isOut) return;
  const which = (inDoubt.length > 0 ? inDoubt : works)
    .map(({ target }) => `${target.account} ${target.status}`)
    .join(', ');
  throw new BelfryError({
    code: 'CONFLICT',
    what: 'The post cannot be edited',
    where: `post ${works[0]?.post.id ?? ''} (${which})`,
    why: isOut
      ? 'It is out on every account, and Belfry does not change what is published'
      : 'It is not known yet whether this text was published',
    remedy: isOut ? 'Make a new post of it' : 'Try again when that is known, or settle it',
  });
}

/** Whether an edit says when something is to go out; words may be changed while a post is late. */
function isTimed(works: readonly Work[], { publishAt }: PostInput, open: readonly string[]): boolean {
  const before = works[0]?.post.publishAt ?? null;
  const isNew = publishAt !== (before === null ? null : toInstant(before));
  return open.some((account) => isNew || ['draft', undefined].includes(statusOf(works, account)));
}

function keyProblems(post: StoredPost, { key }: PostInput): Problem[] {
  if (key === undefined || key === keyOf(post.originKey)) return [];
  return [{ field: 'key', message: 'cannot be changed; it says which post this is' }];
}

/** What is out already on an account that goes on must stay as it was published. */
function changedParts(deps: PublisherDeps, work: Work, post: StoredPost, input: PostInput): Problem[] {
  const { account, status } = work.target;
  if (status === 'published' || !input.accounts.includes(account)) return [];
  const after = { ...work, post, target: { ...work.target, override: input.overrides[account] ?? {} } };
  const hash = (of: Work, part: number) => bodyHash(of, draftOf(of, part, deps.mediaFolder));
  return work.attempts
    .filter(({ state }) => state === 'published')
    .filter(
      ({ part }) =>
        part >= partsOf(after) || isComment(after, part) || hash(work, part) !== hash(after, part),
    )
    .map(({ part }) => ({
      field: part === 0 ? 'text' : `thread[${part - 1}].text`,
      message: `is out on account "${account}" already, and cannot change`,
    }));
}

/** Where each target stands after the edit; pure. */
function editOf(
  works: readonly Work[],
  post: StoredPost,
  input: PostInput,
  slots?: ReadonlyMap<string, Millis>,
): PostEdit {
  const time = {
    publishAt: post.publishAt,
    isNew: post.publishAt !== (works[0]?.post.publishAt ?? null),
    isDraft: input.draft || post.publishAt === null,
    allCancelled: works.every(({ target }) => ['cancelled', 'published'].includes(target.status)),
  };
  const stays = (work: Work) => input.accounts.includes(work.target.account) || isBegun(work);
  const order = [...input.accounts, ...works.map(({ target }) => target.account)];
  const kept = works.filter(stays).map((work) => {
    const { account, status } = work.target;
    const isNamed = input.accounts.includes(account);
    const isFrozen = status === 'published' || !isNamed;
    return {
      change: isNamed
        ? claiming(changeOf(work, { ...time, publishAt: slots?.get(account) ?? time.publishAt }), slots)
        : leftOut(work),
      override: isFrozen ? work.target.override : (input.overrides[account] ?? {}),
      sent: isFrozen ? (work.target.sent ?? sentOf(work)) : null,
      position: order.indexOf(account),
    };
  });
  const known = new Set(works.map(({ target }) => target.account));
  const added = input.accounts
    .filter((account) => !known.has(account))
    .map((account) => ({
      account,
      status: time.isDraft ? ('draft' as const) : ('queued' as const),
      override: input.overrides[account] ?? {},
      dueAt: time.isDraft ? null : (slots?.get(account) ?? time.publishAt),
      alone: slots?.has(account) ?? false,
      position: order.indexOf(account),
    }));
  const removed = works
    .filter((work) => !stays(work))
    .map(({ target }) => ({ account: target.account, from: target.status, revision: target.revision }));
  return { post, kept, added, removed };
}

type Time = { publishAt: Millis | null; isNew: boolean; isDraft: boolean; allCancelled: boolean };

/** Failed and missed targets wait for a retry, unless the post gets another time; cancelled ones stay so beside others. */
function changeOf(work: Work, { publishAt, isNew, isDraft, allCancelled }: Time): Change {
  const { status, dueAt } = work.target;
  const clean = { notBefore: null, tries: 0, error: null };
  const wantsTime = isNew && !isDraft;
  if (status === 'published') return step(work, undefined, null);
  if (status === 'draft' || status === 'queued') {
    // With a part of it out there is no way back to a draft.
    if (isDraft && !isBegun(work)) return step(work, { ...clean, status: 'draft', dueAt: null }, 'Edited');
    const at = isNew || dueAt === null ? (publishAt ?? dueAt) : dueAt;
    return step(work, { ...clean, status: 'queued', dueAt: at }, 'Edited');
  }
  if (wantsTime && (status !== 'cancelled' || allCancelled))
    return step(work, { ...clean, status: 'queued', dueAt: publishAt }, 'Edited, with another time');
  return step(work, undefined, 'Edited');
}

/** A target that goes into a weekly slot wants it for itself. */
function claiming(change: Change, slots: ReadonlyMap<string, Millis> | undefined): Change {
  const slot = slots?.get(change.account);
  return slot !== undefined && change.target?.dueAt === slot ? { ...change, alone: true } : change;
}

/** An account that was taken out of the list, of which something is out. */
function leftOut(work: Work): Change {
  return cancelling.changes([work])[0] ?? step(work, undefined, null);
}

function isBegun({ attempts }: Work): boolean {
  return attempts.some(({ state }) => state === 'published');
}

function sentOf(work: Work): NonNullable<PostEdit['kept'][number]['sent']> {
  const { post, target } = work;
  const names = (media: readonly StoredMedia[]) =>
    media.filter(({ part }) => part === 0).map(({ name }) => name);
  return { text: target.override.text ?? post.text, thread: [...threadOf(work)], media: names(post.media) };
}
