import type { Millis } from '../../shared/index.ts';
import type { Change, PublisherNeeds } from './ports.ts';

/** A queued target with the time that it has and the one that it is to have. */
export type Placement = { post: string; account: string; from: Millis; to: Millis };

/** Gives queued targets other times in one transaction; false, and nothing is stored, when one is not queued for `from` any more. */
export async function place(
  needs: PublisherNeeds,
  moves: readonly Placement[],
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
  if (!(await needs.ledger.record(changes, needs.clock.now()))) return false;
  // A post is listed by the earliest of its targets' times.
  await needs.ledger.showTimes([...new Set(moves.map((move) => move.post))], needs.clock.now());
  needs.changed();
  return true;
}
