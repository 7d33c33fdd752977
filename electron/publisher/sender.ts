import { decide, isLate } from './decide.ts';
import { lookFor } from './look-for.ts';
import type { PublisherAccount, Work } from './ports.ts';
import { apply, type Go, type Scene, type SenderNeeds, sceneOf, type Tally } from './scene.ts';
import { publish } from './send-part.ts';

/** Works through the due targets of one account in order, until none is due or the first one has to wait. */
export async function sendAccount(needs: SenderNeeds, account: PublisherAccount): Promise<Tally> {
  const scene = sceneOf(needs, account);
  while (!needs.signal.aborted) {
    const now = needs.clock.now();
    const work = await needs.ledger.head(account.id, now);
    if (!work) break;
    const status = await needs.accountStatus(account.id);
    const next = decide(work, {
      now,
      settings: needs.settings(),
      ready: status === 'ready' || status === 'unknown',
      spentUntil: needs.spent.get(account.id) ?? null,
      lastPublished: isLate(work, now) ? await needs.ledger.lastPublished(account.id) : null,
    });
    if (next.do === 'wait') scene.tally.waiting += 1;
    if (next.do === 'wait' || (await doNext(scene, work, next)) === 'stop') break;
  }
  return scene.tally;
}

async function doNext(
  scene: Scene,
  work: Work,
  next: Exclude<ReturnType<typeof decide>, { do: 'wait' }>,
): Promise<Go> {
  if (next.do === 'step') return apply(scene, work, next.step);
  return next.do === 'publish' ? publish(scene, work, next.part) : lookFor(scene, work, next.part);
}
