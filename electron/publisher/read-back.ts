import { type Draft, pause, type Remote, type Session } from '../networks/index.ts';
import { differenceIn } from './outcome.ts';
import type { Work } from './ports.ts';
import type { Scene } from './scene.ts';

/** What is out may take a moment to be shown whole. */
const momentMs = 5000;
const mostTries = 3;

/**
 * Compares what a network shows with what was meant, and notes the address, where its answer to the visible call told
 * neither. The post is published and stored already: whatever happens here changes nothing of that.
 */
export async function readBack(
  scene: Scene,
  session: Session,
  work: Work,
  draft: Draft,
  { remoteId }: Pick<Remote, 'remoteId'>,
): Promise<void> {
  const { needs, adapter, account } = scene;
  // A comment is in no list of posts, and has no page of its own.
  if (!adapter.readBack || draft.comment || remoteId === '') return;
  let shown = await adapter.readBack(session, draft, remoteId);
  if (shown.kind === 'shown' && shown.differs.length > 0) {
    const again = (await pause(needs.clock, momentMs, needs.signal))
      ? await adapter.readBack(session, draft, remoteId)
      : shown;
    if (again.kind === 'shown') shown = again;
  }
  const { part } = draft;
  for (let left = mostTries; left > 0; left -= 1) {
    const now = await needs.ledger.work(work.post.id, account.id);
    const attempt = now?.attempts.find((one) => one.part === part);
    if (!now || attempt?.state !== 'published') return;
    const place = { post: work.post.id, account: account.id, from: now.target.status };
    const at = needs.clock.now();
    if (shown.kind === 'unreadable') {
      const note = `Not compared with what the network shows: ${shown.why}`;
      if (await needs.ledger.record([{ ...place, note }], at)) return;
      continue;
    }
    const url = shown.url ?? attempt.url;
    const named = shown.differs.map((difference) => differenceIn(now, part, difference));
    const differs = [...now.target.differs, ...named];
    const target = { differs, ...(part === 0 ? { url } : {}) };
    const note = named.length === 0 ? null : `What the network shows differs: ${shown.differs.join(', ')}`;
    if (await needs.ledger.record([{ ...place, target, attempt: { ...attempt, url }, note }], at)) {
      needs.changed();
      return;
    }
  }
}
