import type { Draft, Limits, Prepared, Session } from '../networks/index.ts';
import { giveAddresses } from './addresses/give.ts';
import { nameOf } from './check.ts';
import { draftOf } from './draft.ts';
import { fitMedia, wishesOf, withDetails } from './fit-media.ts';
import { limitsFor } from './limits-for.ts';
import { misfits } from './misfits.ts';
import type { Attempt, Upload, Work } from './ports.ts';
import type { Scene } from './scene.ts';

/** Milliseconds until an address that is not there yet is asked for again. */
const addressWaitMs = 60_000;

/**
 * Everything invisible that comes before the one visible call: the post is checked against the limits of now, its files
 * are brought into them and to an address where the network wants one, then the network itself gets ready. `save` is
 * called with all uploads after each new one.
 */
export async function makeReady(
  scene: Scene,
  session: Session,
  work: Work,
  attempt: Attempt,
  save: (uploads: readonly Upload[]) => Promise<void>,
): Promise<Prepared> {
  const { needs, adapter, account } = scene;
  const found = await adapter.limits(session);
  if (found.kind === 'refused') return { ...found, refusal: { holds: 'server', ...found.refusal } };
  const given = await withDetails(needs, work, draftOf(work, attempt.part, needs.mediaFolder));
  const limits = limitsFor(found.limits, given);
  const unfit = unfitness(scene, given, found.limits);
  if (unfit) return unfit;
  const fitted = await fitMedia(needs, given, limits, wishesOf(account, needs.settings()), nameOf(account));
  if (fitted.kind === 'refused') return fitted;

  let addresses: readonly Upload[] = attempt.uploads.filter(isAddress);
  let uploads: readonly Upload[] = attempt.uploads.filter((upload) => !isAddress(upload));
  const saveAll = () => save([...addresses, ...uploads]);
  const placed = await giveAddresses(needs, account, fitted.draft, limits, addresses, async (some) => {
    addresses = some;
    await saveAll();
  });
  if (placed.kind === 'refused') return placed;
  if (placed.kind === 'later') return { ...placed, notBefore: needs.clock.now() + addressWaitMs };
  return adapter.prepare(
    session,
    placed.draft,
    { ...attempt, uploads },
    {
      after: scene.newest,
      save: async (some) => {
        uploads = some;
        await saveAll();
      },
    },
  );
}

/** Checked again before sending: limits change, and a post may have been added while its server was out of reach. */
function unfitness({ account, needs }: Scene, draft: Draft, limits: Limits) {
  const wrong = misfits(draft, limits, {
    who: nameOf(account),
    wishes: wishesOf(account, needs.settings()),
    hosted: account.media?.host !== undefined,
  });
  if (wrong.length === 0) return undefined;
  const why = wrong
    .map(({ at, message }) => `${typeof at === 'number' ? `File ${at + 1}` : `Its ${at}`} ${message}`)
    .join('. ');
  return {
    kind: 'refused' as const,
    refusal: { class: 'edit' as const, code: 'BAD_INPUT' as const, why, notBefore: null },
  };
}

function isAddress({ kind }: Upload): boolean {
  return kind === 'address';
}
