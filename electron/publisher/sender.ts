import { decide, isLate, lateLimit, momentOf } from './decide.ts';
import { lookFor } from './look-for.ts';
import type { PublisherAccount, Work } from './ports.ts';
import { apply, type Go, type Scene, type SenderNeeds, sceneOf, type Tally } from './scene.ts';
import { publish } from './send-part.ts';

/**
 * Works through the due targets of one account in order. A target that is put off holds those behind it where the
 * account keeps the order, or where what it waits for holds the whole account.
 */
export async function sendAccount(needs: SenderNeeds, account: PublisherAccount): Promise<Tally> {
  const scene = sceneOf(needs, account);
  const isStrict = account.order === 'strict';
  while (!needs.signal.aborted) {
    const now = needs.clock.now();
    const moment = momentOf(now);
    const settings = needs.settings();
    const work = isStrict
      ? await needs.ledger.head(account.id, now)
      : await needs.ledger.free(account.id, moment, now - lateLimit(settings));
    if (!work) break;
    const status = await needs.accountStatus(account.id);
    const next = decide(work, {
      now,
      settings,
      ready: status === 'ready' || status === 'unknown',
      held: (await needs.ledger.accountHold(account.id, moment)) !== undefined,
      spentUntil: needs.spent.get(account.id) ?? null,
      lastPublished: isLate(work, now) ? await needs.ledger.lastPublished(account.id) : null,
    });
    if (next.do === 'wait') scene.tally.waiting += 1;
    if (next.do === 'wait') break;
    const go = await doNext(scene, work, next);
    if (go === 'stop' || (go === 'held' && isStrict)) break;
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
