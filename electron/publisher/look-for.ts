import { draftOf } from './draft.ts';
import type { PublisherAccount, Work } from './ports.ts';
import { readBack } from './read-back.ts';
import { afterLookUp } from './reconcile.ts';
import { apply, around, type Go, openSession, type Scene, type SenderNeeds, sceneOf } from './scene.ts';
import { sendNow } from './send-part.ts';

/** Looks at the network for a part of unknown outcome, and sends it again when that is what follows. */
export async function lookFor(scene: Scene, work: Work, part: number): Promise<Go> {
  const { needs, adapter, account } = scene;
  const attempt = work.attempts.find((one) => one.part === part);
  const session = await openSession(scene);
  if (!session || !attempt) return 'stop';
  const draft = draftOf(work, part, needs.mediaFolder);
  const seen = await adapter.lookUp(session, draft, attempt);
  if (needs.signal.aborted) return 'stop';
  scene.tally.looked += 1;
  const ids = seen.kind === 'seen' ? [...seen.matches, ...seen.unclear].map(({ remoteId }) => remoteId) : [];
  const but = { post: work.post.id, part };
  const step = afterLookUp(
    work,
    attempt,
    seen,
    {
      known: await needs.ledger.known(account.id, ids, but),
      rivals: await needs.ledger.rivals(account.id, attempt.bodyHash, but),
      rule: await adapter.repeatRule(session),
      settings: needs.settings(),
    },
    around(needs),
  );
  const go = await apply(scene, work, step);
  const after = step.change.attempt;
  if (after?.state === 'published' && after.remoteId !== null)
    await readBack(scene, session, work, draft, { remoteId: after.remoteId });
  if (go !== 'send' || step.change.attempt === undefined) return go;
  return sendNow(scene, session, work, step.change.attempt, true);
}

/** One look for a target that a person was asked about. */
export async function lookAgain(needs: SenderNeeds, account: PublisherAccount, work: Work): Promise<void> {
  const attempt = work.attempts.find(({ state }) => state === 'unknown' || state === 'contradicted');
  if (!attempt) return;
  const scene = sceneOf(needs, account);
  await lookFor(scene, work, attempt.part);
}
