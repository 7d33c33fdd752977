import { decide } from './decide.ts';
import type { PublisherNeeds } from './ports.ts';

/**
 * Takes up what an earlier engine left in `sending`: each such call has an unknown outcome from now on, waits out the
 * settle time and is looked up. Nothing is sent here.
 */
export async function recover(needs: PublisherNeeds): Promise<void> {
  const now = needs.clock.now();
  const facts = {
    now,
    settings: needs.settings(),
    ready: false,
    held: false,
    spentUntil: null,
    lastPublished: null,
  };
  const changes = (await needs.ledger.sending()).flatMap((work) => {
    const next = decide(work, facts);
    return next.do === 'step' ? [next.step.change] : [];
  });
  if (changes.length === 0) return;
  await needs.ledger.record(changes, now);
  needs.log('warn', `${changes.length} posts were being sent when Belfry ended; they will be looked up`);
  needs.changed();
}
