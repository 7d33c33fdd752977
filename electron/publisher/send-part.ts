import type { Draft, Session } from '../networks/index.ts';
import { bodyHash, draftOf } from './draft.ts';
import { keyFor } from './keys.ts';
import { lookFirst } from './look-first.ts';
import { adopted, afterPrepare, afterSend, doubted } from './outcome.ts';
import type { Attempt, Work } from './ports.ts';
import { readBack } from './read-back.ts';
import { makeReady } from './ready.ts';
import { apply, around, type Go, openSession, type Scene, store } from './scene.ts';

/** Brings one part of a target out: everything invisible first, then the one visible call. */
export async function publish(scene: Scene, work: Work, part: number): Promise<Go> {
  const { needs } = scene;
  const session = await openSession(scene);
  if (!session) return 'stop';
  const draft = draftOf(work, part, needs.mediaFolder);
  const known = work.attempts.find((attempt) => attempt.part === part);
  let attempt = attemptFor(work, draft, known);
  const twin = await lookFirst(scene, session, work, draft, attempt);
  if (needs.signal.aborted) return 'stop';
  if (twin.kind === 'found') {
    const go = await apply(scene, work, adopted(work, attempt, twin.remote));
    await readBack(scene, session, work, draft, twin.remote);
    return go;
  }
  if (twin.kind === 'unclear') return apply(scene, work, doubted(work, attempt, twin.remotes));
  if (twin.kind === 'refused') return apply(scene, work, afterPrepare(work, attempt, twin, around(needs)));
  let isMine = true;
  const prepared = await makeReady(scene, session, work, attempt, async (uploads) => {
    attempt = { ...attempt, uploads };
    isMine = await store(scene, work, { attempt });
  });
  if (!isMine) return 'next';
  if (needs.signal.aborted) return 'stop'; // What was cut off by us says nothing about the post.
  if (prepared.kind !== 'ready')
    return apply(scene, work, afterPrepare(work, attempt, prepared, around(needs)));
  const now = needs.clock.now();
  attempt = {
    ...attempt,
    state: 'sending',
    newestSeen: prepared.newestSeen,
    firstSentAt: now,
    lastSentAt: now,
    lookups: 0,
  };
  // Key, hash and uploads are committed before the first byte of the visible call; refused when a person cancelled the post meanwhile.
  if (!(await store(scene, work, { attempt, target: { status: 'sending', notBefore: null } }))) return 'next';
  return sendNow(scene, session, { ...work, target: { ...work.target, status: 'sending' } }, attempt, false);
}

/** The visible call and what follows from it. `doubt`: an earlier one for this part has no known outcome. */
export async function sendNow(
  scene: Scene,
  session: Session,
  work: Work,
  attempt: Attempt,
  doubt: boolean,
): Promise<Go> {
  const { needs, adapter } = scene;
  const draft = draftOf(work, attempt.part, needs.mediaFolder);
  const sent = await adapter.send(session, draft, attempt);
  const go = await apply(scene, work, afterSend(work, attempt, sent, doubt, around(needs)));
  if (sent.kind === 'published') {
    if (!draft.comment) scene.newest = sent.remote.remoteId;
    await readBack(scene, session, work, draft, sent.remote);
  }
  return go;
}

/** The attempt to go on with: with its key as long as the content is the same, for a refused try may have changed it. */
function attemptFor(work: Work, draft: Draft, known: Attempt | undefined): Attempt {
  const hash = bodyHash(work, draft);
  if (known?.bodyHash === hash) return known;
  const { part } = draft;
  const key = keyFor({ post: work.post.id, account: work.target.account, part, bodyHash: hash });
  if (known) return { ...known, key, bodyHash: hash };
  return {
    part,
    state: 'prepared',
    key,
    bodyHash: hash,
    uploads: [],
    newestSeen: null,
    firstSentAt: null,
    lastSentAt: null,
    lookups: 0,
    remoteId: null,
    url: null,
  };
}
