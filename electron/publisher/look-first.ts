import type { Millis } from '../../shared/index.ts';
import type { Draft, Refusal, Remote, Session } from '../networks/index.ts';
import type { Attempt, Work } from './ports.ts';
import type { Scene } from './scene.ts';

/** What a look at the account shows before a post is sent at all. */
export type Twin =
  | { kind: 'none' }
  | { kind: 'found'; remote: Remote }
  /** Nothing that a look can see tells whether one of these is the post. */
  | { kind: 'unclear'; remotes: readonly Remote[] }
  | { kind: 'refused'; refusal: Refusal };

/** Servers name whole seconds, and clocks differ a little. */
const roundingMs: Millis = 10_000;

/**
 * Looks on the account for a part whose time came while this ledger was not at work: another copy of the home, or
 * whoever restored this one, may have published it meanwhile. The same content since its time is this post.
 */
export async function lookFirst(
  { needs, adapter, account }: Scene,
  session: Session,
  work: Work,
  draft: Draft,
  attempt: Attempt,
): Promise<Twin> {
  const { post, target } = work;
  const wanted = Math.min(
    target.dueAt ?? Number.POSITIVE_INFINITY,
    post.publishAt ?? Number.POSITIVE_INFINITY,
  );
  const wasThere = Math.max(post.createdAt, wanted) < needs.presence.since();
  if (!adapter.findSince || !wasThere || needs.presence.hasLooked(`${post.id} ${account.id} ${draft.part}`))
    return { kind: 'none' };
  const found = await adapter.findSince(
    session,
    draft,
    attempt,
    Math.max(wanted, post.createdAt) - roundingMs,
  );
  if (found.kind === 'refused') {
    // A right to post without one to read must not hold a post up; a server that is away holds it up anyhow.
    const isPassing = found.refusal.class === 'retry' || found.refusal.class === 'wait';
    return isPassing ? found : { kind: 'none' };
  }
  const { matches, unclear = [] } = found;
  const ids = [...matches, ...unclear].map(({ remoteId }) => remoteId);
  const known = await needs.ledger.known(account.id, ids, { post: post.id, part: draft.part });
  const isFree = ({ remoteId }: Remote) => !known.has(remoteId);
  // Newest first: of several posts of the same words each takes the oldest that is left.
  const remote = matches.findLast(isFree);
  if (remote) return { kind: 'found', remote };
  const remotes = unclear.filter(isFree);
  return remotes.length > 0 ? { kind: 'unclear', remotes } : { kind: 'none' };
}
