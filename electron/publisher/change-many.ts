import {
  BelfryError,
  fromInstant,
  type Millis,
  mostPostsAtOnce,
  type PastChoice,
  type PostChanges,
  type PostMove,
  type PostSelection,
  type Problem,
  problemsError,
  toInstant,
} from '../../shared/index.ts';
import { keepsChanging, mostDecisions } from './change-targets.ts';
import { type Command, movable, movingEach, statesOf } from './commands.ts';
import { type TimeOf, timelyMove } from './past.ts';
import type { Change, PublisherNeeds, Work } from './ports.ts';

/** Which targets a command for many is about, and whether it only shows what it would do. */
export type Many = { select: PostSelection; dryRun: boolean };

/**
 * Does a command to all targets that fit a selection, in one transaction. Posts that are named by their ids must all
 * take it, or nothing is changed; of others those are passed over for which it can do nothing.
 */
export async function changeMany(
  needs: PublisherNeeds,
  { select, dryRun }: Many,
  commandFor: (works: readonly Work[]) => Command | Promise<Command>,
): Promise<PostChanges> {
  for (let again = 0; again < mostDecisions; again += 1) {
    const found = await needs.ledger.select(select, mostPostsAtOnce);
    if (found.length > mostPostsAtOnce) throw tooMany();
    const works = found.filter(({ target }) => target.status !== 'cancelled' || namesCancelled(select));
    const given = await commandFor(works);
    const posts = [...Map.groupBy(works, ({ post }) => post.id).values()];
    const decided = posts.map((all) => ({ all, changes: given.changes(all) }));
    if (select.ids) assertAll(select.ids, decided, given);
    const changed = decided.filter(({ changes }) => changes.length > 0);
    const changes = changed.flatMap((one) => one.changes);
    if (!dryRun && changes.length > 0) {
      if (!(await needs.ledger.record(changes, needs.clock.now()))) continue;
      needs.changed();
    }
    return { dryRun, posts: changed.map(shown) };
  }
  throw keepsChanging('the posts of this selection');
}

/** What somebody cancelled comes back only when it is named: by its id, or by asking for what was cancelled. */
function namesCancelled({ ids, status }: PostSelection): boolean {
  return ids !== undefined || status?.includes('cancelled') === true;
}

/** Where each of many targets goes: all to one time (or a row of times), or each by so much. */
export function movingMany(
  needs: PublisherNeeds,
  { to, past }: { to: PostMove; past?: PastChoice | undefined },
): (works: readonly Work[]) => Promise<Command> {
  return async (works) => {
    const moved = [...Map.groupBy(works, ({ post }) => post.id).values()].flatMap(movable);
    const field = 'bySeconds' in to ? 'to.bySeconds' : 'to.publishAt';
    return movingEach(await timelyMove(needs, moved, timesOf(moved, to), { past, field }));
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
