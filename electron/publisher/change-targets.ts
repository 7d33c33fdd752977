import { BelfryError, type PostView } from '../../shared/index.ts';
import { type Command, impossible } from './commands.ts';
import type { Change, PostRecord, PublisherNeeds, Work } from './ports.ts';
import { viewPost } from './waiting.ts';

/** How often a decision is made anew when what it is about moves on meanwhile, or somebody else takes the weekly slot. */
export const mostDecisions = 20;

/** Does a command to a post; throws CONFLICT when it can do nothing for it. */
export function command(
  needs: PublisherNeeds,
  id: string,
  given: Command | ((works: readonly Work[]) => Promise<Command>),
): Promise<PostView> {
  return changeTargets(needs, id, async (works) => {
    const made = typeof given === 'function' ? await given(works) : given;
    const changes = made.changes(works);
    if (changes.length === 0) throw impossible(works, made);
    return changes;
  });
}

/** Decides for all targets of a post and stores it; decided anew when a target moved on meanwhile. */
export async function changeTargets(
  needs: PublisherNeeds,
  id: string,
  decide: (works: readonly Work[]) => Change[] | Promise<Change[]>,
): Promise<PostView> {
  for (let again = 0; again < mostDecisions; again += 1) {
    const { targets } = await found(needs, id);
    const works = await Promise.all(targets.map(({ account }) => needs.ledger.work(id, account)));
    const changes = await decide(works.flatMap((work) => work ?? []));
    if (!(await needs.ledger.record(changes, needs.clock.now()))) continue;
    needs.changed();
    return viewPost(needs, await found(needs, id));
  }
  throw keepsChanging(`post ${id}`);
}

/** The post with this id; throws NOT_FOUND. */
export async function found(needs: PublisherNeeds, id: string): Promise<PostRecord> {
  const record = await needs.ledger.get(id);
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
