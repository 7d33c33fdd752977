import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  BelfryError,
  fromInstant,
  type Millis,
  mostPostsAtOnce,
  type PastChoice,
  type PostChanges,
  type PostMove,
  type PostSelection,
  type PostView,
  type Problem,
  problemsError,
  toInstant,
} from '../../shared/index.ts';
import { type Command, impossible, movable, movingEach, statesOf } from './commands.ts';
import { type TimeOf, timelyMove } from './past.ts';
import type { Change, PostRecord, PublisherDeps, Work } from './ports.ts';
import { viewPost } from './view.ts';

/** How often a decision is made anew when what it is about moves on meanwhile, or another post takes the weekly slot. */
export const mostDecisions = 20;

/** Does a command to a post; throws CONFLICT when it can do nothing for it. */
export function command(
  deps: PublisherDeps,
  id: string,
  given: Command | ((works: readonly Work[]) => Promise<Command>),
): Promise<PostView> {
  return changeTargets(deps, id, async (works) => {
    const made = typeof given === 'function' ? await given(works) : given;
    const changes = made.changes(works);
    if (changes.length === 0) throw impossible(works, made);
    return changes;
  });
}

/** Decides for all targets of a post and stores it; decided anew when a target moved on meanwhile. */
export async function changeTargets(
  deps: PublisherDeps,
  id: string,
  decide: (works: readonly Work[]) => Change[] | Promise<Change[]>,
): Promise<PostView> {
  for (let again = 0; again < mostDecisions; again += 1) {
    const { targets } = await found(deps, id);
    const works = await Promise.all(targets.map(({ account }) => deps.ledger.work(id, account)));
    const changes = await decide(works.flatMap((work) => work ?? []));
    if (!(await deps.ledger.record(changes, deps.clock.now()))) continue;
    deps.changed();
    return viewPost(deps, await found(deps, id));
  }
  throw keepsChanging(`post ${id}`);
}

/** The post with this id; throws NOT_FOUND. */
export async function found(deps: PublisherDeps, id: string): Promise<PostRecord> {
  const record = await deps.ledger.get(id);
  if (record) return record;
  throw notFound(`Unknown post "${id}"`);
}

/** NOT_FOUND for something that the database should have. */
export function notFound(what: string): BelfryError {
  return new BelfryError({
    code: 'NOT_FOUND',
    what,
    where: 'in the database',
    why: 'Nothing has this id',
    remedy: 'List them with: belfry posts',
  });
}

/** CONFLICT for what moved on at every try. */
export function keepsChanging(where: string): BelfryError {
  return new BelfryError({
    code: 'CONFLICT',
    what: 'The post keeps changing',
    where,
    why: 'It is being worked on at this moment',
    remedy: 'Try again in a moment',
  });
}

/** Which targets a command for many is about, and whether it only shows what it would do. */
export type Many = { select: PostSelection; dryRun: boolean };

/**
 * Does a command to all targets that fit a selection, in one transaction. Posts that are named by their ids must all
 * take it, or nothing is changed; of others those are passed over for which it can do nothing.
 */
export async function changeMany(
  deps: PublisherDeps,
  { select, dryRun }: Many,
  commandFor: (works: readonly Work[]) => Command | Promise<Command>,
): Promise<PostChanges> {
  for (let again = 0; again < mostDecisions; again += 1) {
    const found = await deps.ledger.select(select, mostPostsAtOnce);
    if (found.length > mostPostsAtOnce) throw tooMany();
    const works = found.filter(({ target }) => target.status !== 'cancelled' || namesCancelled(select));
    const given = await commandFor(works);
    const posts = [...Map.groupBy(works, ({ post }) => post.id).values()];
    const decided = posts.map((all) => ({ all, changes: given.changes(all) }));
    if (select.ids) assertAll(select.ids, decided, given);
    const changed = decided.filter(({ changes }) => changes.length > 0);
    const changes = changed.flatMap((one) => one.changes);
    if (!dryRun && changes.length > 0) {
      if (!(await deps.ledger.record(changes, deps.clock.now()))) continue;
      deps.changed();
    }
    return { dryRun, posts: changed.map(shown) };
  }
  throw keepsChanging('the posts of this selection');
}

/** Cancelled posts are included only when asked for: by id, or by the status `cancelled`. */
function namesCancelled({ ids, status }: PostSelection): boolean {
  return ids !== undefined || status?.includes('cancelled') === true;
}

/** Where each of many targets goes: all to one time (or a row of times), or each by so much. */
export function movingMany(
  deps: PublisherDeps,
  { to, past }: { to: PostMove; past?: PastChoice | undefined },
): (works: readonly Work[]) => Promise<Command> {
  return async (works) => {
    const moved = [...Map.groupBy(works, ({ post }) => post.id).values()].flatMap(movable);
    const field = 'bySeconds' in to ? 'to.bySeconds' : 'to.publishAt';
    return movingEach(await timelyMove(deps, moved, timesOf(moved, to), { past, field }));
  };
}

/** `moved` are those only that will move, so that no time of a row stays empty. */
function timesOf(moved: readonly Work[], to: PostMove): TimeOf {
  if ('bySeconds' in to) return ({ post, target }) => shifted(target.dueAt ?? post.publishAt, to.bySeconds);
  const { publishAt, everySeconds } = to;
  if (publishAt === null) return () => null;
  const first = fromInstant(publishAt);
  const ids = [...new Set(moved.map(({ post }) => post.id))];
  const times = new Map(ids.map((id, index) => [id, first + index * everySeconds * 1000]));
  return ({ post }) => times.get(post.id);
}

function shifted(at: Millis | null, seconds: number): Millis | undefined {
  return at === null ? undefined : at + seconds * 1000;
}

function assertAll(
  ids: readonly string[],
  decided: readonly { all: Work[]; changes: Change[] }[],
  { done, why }: Command,
): void {
  const known = new Map(decided.map((one) => [one.all[0]?.post.id, one]));
  const problems: Problem[] = ids.flatMap((id, index) => {
    const field = `select.ids[${index}]`;
    const one = known.get(id);
    if (!one) return [{ field, message: `"${id}" is no post, or has no target that is meant` }];
    if (one.changes.length > 0) return [];
    return [{ field, message: `${statesOf(one.all)} cannot be ${done}: ${why}` }];
  });
  if (problems.length > 0) throw problemsError(problems, 'the selection', 'CONFLICT');
}

function shown({ all, changes }: { all: Work[]; changes: Change[] }): PostChanges['posts'][number] {
  const [first] = all;
  const dueAt = changes[0]?.target?.dueAt ?? null;
  return {
    id: first?.post.id ?? '',
    text: first?.post.text ?? '',
    accounts: changes.map(({ account }) => account),
    dueAt: dueAt === null ? null : toInstant(dueAt),
  };
}

function tooMany(): BelfryError {
  return new BelfryError({
    code: 'TOO_LARGE',
    what: 'These are too many posts at once',
    where: 'in the selection',
    why: `At most ${mostPostsAtOnce} are changed in one go`,
    remedy: 'Narrow it down, for example to one account, and go on with the rest',
  });
}

/** A queued target with the time that it has and the one that it is to have. */
export type Rescheduling = { post: string; account: string; from: Millis; to: Millis };

/** Gives queued targets other times in one transaction; false, and nothing is stored, when one is not queued for `from` any more. */
export async function reschedule(
  deps: PublisherDeps,
  moves: readonly Rescheduling[],
  note: string,
): Promise<boolean> {
  const changes = moves.map(
    ({ post, account, from, to }): Change => ({
      post,
      account,
      from: 'queued',
      fromDueAt: from,
      target: { dueAt: to, notBefore: null },
      note,
    }),
  );
  if (!(await deps.ledger.record(changes, deps.clock.now()))) return false;
  // A post is listed by the earliest of its targets' times.
  await deps.ledger.showTimes([...new Set(moves.map((move) => move.post))], deps.clock.now());
  deps.changed();
  return true;
}

/** Removes a post of which nothing was published, and its copies of media; false when it is on its way or has ended. */
export async function withdraw(deps: PublisherDeps, id: string): Promise<boolean> {
  const record = await deps.ledger.get(id);
  if (!record || !(await deps.ledger.withdraw(id))) return false;
  // A kill before this leaves the copies to the sweep at the next start.
  for (const { file } of record.post.media) await rm(join(deps.mediaFolder, file), { force: true });
  deps.changed();
  return true;
}
