import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { BelfryError, type BucketHost, type MediaHost, placeName } from '../../shared/index.ts';
import {
  type Draft,
  type DraftMedia,
  fileProblem,
  type Hosted,
  type Limits,
  type Prepared,
  type Refusal,
  type Session,
} from '../networks/index.ts';
import { addressInBucket, nameInBucket, putInBucket } from './bucket.ts';
import { draftOf } from './draft.ts';
import { noDetails } from './media/facts.ts';
import { inspect } from './media/inspect.ts';
import { madeOf } from './media/made.ts';
import { type FitWishes, planFit } from './media/plan-fit.ts';
import type { Attempt, PublisherDeps, Upload, Work } from './ports.ts';
import { checkAddress } from './public-urls.ts';
import { openSession, type SendContext, type SenderDeps } from './send-context.ts';
import { homeless, limitsFor, validate, wantsAddress, wishesOf } from './validate.ts';

/** Milliseconds until an address that is not there yet is asked for again. */
const addressWaitMs = 60_000;

/**
 * Everything invisible that comes before the one visible call: the post is checked against the limits of now, its files
 * are brought into them and to an address where the network wants one, then the network itself gets ready. `save` is
 * called with all uploads after each new one.
 */
export async function makeReady(
  context: SendContext,
  session: Session,
  work: Work,
  attempt: Attempt,
  save: (uploads: readonly Upload[]) => Promise<void>,
): Promise<Prepared> {
  const { deps, adapter, account } = context;
  const found = await adapter.limits(session);
  if (found.kind === 'refused') return { ...found, refusal: { holds: 'server', ...found.refusal } };
  const given = await withDetails(deps, work, draftOf(work, attempt.part, deps.mediaFolder));
  const limits = limitsFor(found.limits, given);
  const unfit = unfitness(context, given, found.limits);
  if (unfit) return unfit;
  const fitted = await fitMedia(deps, given, limits, wishesOf(account, deps.settings()), placeName(account));
  if (fitted.kind === 'refused') return fitted;

  let addresses: readonly Upload[] = attempt.uploads.filter(isAddress);
  let uploads: readonly Upload[] = attempt.uploads.filter((upload) => !isAddress(upload));
  const saveAll = () => save([...addresses, ...uploads]);
  const placed = await giveAddresses(deps, account, fitted.draft, limits, addresses, async (some) => {
    addresses = some;
    await saveAll();
  });
  if (placed.kind === 'refused') return placed;
  if (placed.kind === 'later') return { ...placed, notBefore: deps.clock.now() + addressWaitMs };
  return adapter.prepare(
    session,
    placed.draft,
    { ...attempt, uploads },
    {
      after: context.newest,
      save: async (some) => {
        uploads = some;
        await saveAll();
      },
    },
  );
}

/** Checked again before sending: limits change, and a post may have been added while its server was out of reach. */
function unfitness({ account, deps }: SendContext, draft: Draft, limits: Limits) {
  const wrong = validate(draft, limits, {
    who: placeName(account),
    wishes: wishesOf(account, deps.settings()),
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

type FitDeps = Pick<PublisherDeps, 'workshop' | 'mediaFolder' | 'clock' | 'random'>;
type Fitted = { kind: 'fitted'; draft: Draft } | { kind: 'refused'; refusal: Refusal };

/** Looks again into files that were added before Belfry looked for everything that matters now. */
async function withDetails(deps: FitDeps, { post }: Work, draft: Draft): Promise<Draft> {
  const old = new Set(post.media.filter(({ details }) => details === null).map(({ id }) => id));
  if (!draft.media.some(({ id }) => old.has(id))) return draft;
  const look = async (media: DraftMedia): Promise<DraftMedia> => {
    if (!old.has(media.id)) return media;
    const found = await inspect(media.path, { workshop: deps.workshop, folders: null });
    if (typeof found === 'string') return { ...media, details: noDetails }; // What is wrong is said when it is sent.
    await found.handle.close();
    return { ...media, details: found.facts.details };
  };
  return { ...draft, media: await Promise.all(draft.media.map(look)) };
}

/** A draft whose files are those that are sent: as they are, without their metadata, or made anew. The copies stay as they were added. */
async function fitMedia(
  deps: FitDeps,
  draft: Draft,
  limits: Limits,
  wishes: FitWishes,
  who: string,
): Promise<Fitted> {
  const media: DraftMedia[] = [];
  for (const [index, file] of draft.media.entries()) {
    const plan = planFit(file, limits, wishes, who);
    if (plan.do === 'refuse')
      return { kind: 'refused', refusal: unfitFile(index, plan.why.join(`. File ${index + 1} `)) };
    if (plan.do === 'send') {
      media.push(file);
      continue;
    }
    const missing = await fileProblem(file);
    if (missing) return { kind: 'refused', refusal: missing };
    const made = await madeOf(deps, file, plan);
    if (made.kind === 'failed') {
      const refusal = unfitFile(index, `cannot be made ready for ${who}: ${made.why}`);
      const again = { ...refusal, class: 'retry' as const, code: 'INTERNAL' as const, mostTries: 5 };
      return { kind: 'refused', refusal: made.fault === 'damaged' ? refusal : again };
    }
    // The URL that the user gave serves the original file.
    media.push({ ...file, ...made.file, publicUrl: plan.do === 'strip' ? file.publicUrl : null });
  }
  return { kind: 'fitted', draft: { ...draft, media } };
}

function unfitFile(index: number, why: string): Refusal {
  return { class: 'edit', code: 'BAD_INPUT', why: `File ${index + 1} ${why}`, notBefore: null };
}

type Given =
  | { kind: 'ready'; draft: Draft; addresses: readonly Upload[] }
  | { kind: 'later'; why: string }
  | { kind: 'refused'; refusal: Refusal };

/**
 * A draft whose files stand where the network can fetch them: at the URL that the user gave, or where the account's host puts
 * them. Every address is asked for before the network is. `save` stores the addresses after each new one; their names cannot be
 * guessed, so nothing is public yet and all of this may be repeated.
 */
async function giveAddresses(
  deps: SenderDeps,
  account: { id: string; media?: { host?: MediaHost | undefined } | undefined },
  draft: Draft,
  limits: Limits,
  known: readonly Upload[],
  save: (addresses: readonly Upload[]) => Promise<void>,
): Promise<Given> {
  const now = deps.clock.now();
  const media: DraftMedia[] = [];
  let addresses = known.filter(({ until }) => until === undefined || until > now);
  for (const file of draft.media) {
    if (!wantsAddress(limits, file) && file.publicUrl === null) {
      media.push(file);
      continue;
    }
    const of = `${file.id}/${file.bytes}`; // Made anew by another recipe it is another file.
    const kept = addresses.find((address) => address.of === of);
    let url = kept?.id ?? file.publicUrl;
    if (url === null) {
      const hosted = await host(deps, account, file);
      if (hosted.kind !== 'hosted') return hosted;
      url = hosted.url;
      const until = Number.isFinite(hosted.until) ? { until: hosted.until } : {};
      addresses = [...addresses, { kind: 'address', id: url, at: deps.clock.now(), of, ...until }];
      await save(addresses);
    }
    const isOurs = url !== file.publicUrl;
    const bytes = isOurs && account.media?.host?.via !== 'bucket' ? null : file.bytes;
    const wrong = await checkAddress(deps.http, { url, mime: file.mime, bytes }, deps.signal);
    // What we uploaded and cannot be fetched is uploaded again.
    if (wrong)
      return {
        kind: 'refused',
        refusal: isOurs ? { ...wrong, class: 'retry', dropUploads: true, mostTries: 4 } : wrong,
      };
    media.push({ ...file, publicUrl: url });
  }
  return { kind: 'ready', draft: { ...draft, media }, addresses };
}

async function host(
  deps: SenderDeps,
  account: { id: string; media?: { host?: MediaHost | undefined } | undefined },
  file: DraftMedia,
): Promise<Hosted> {
  const chosen = account.media?.host;
  if (chosen === undefined) return refused('edit', 'NETWORK_REFUSED', homeless(file));
  return chosen.via === 'bucket'
    ? inBucket(deps, account.id, chosen, file)
    : withAccount(deps, chosen.account, file);
}

async function withAccount(deps: SenderDeps, id: string, file: DraftMedia): Promise<Hosted> {
  const account = deps.account(id);
  const adapter = account && deps.adapterOf(account);
  if (!account || !adapter?.host)
    return refused(
      'edit',
      'NOT_FOUND',
      `the account "${id}", which is to lend it an address, ${account ? 'cannot' : 'is not in Belfry'}`,
    );
  const status = await deps.accountStatus(id);
  const session =
    status === 'sign-in-needed' || status === 'locked' ? undefined : await openSession({ deps, account });
  if (!session)
    return refused(
      'retry',
      'SIGN_IN_NEEDED',
      `the account "${id}", which lends it an address, needs its owner`,
    );
  const hosted = await adapter.host(session, file);
  if (hosted.kind !== 'refused') return hosted;
  const { refusal } = hosted;
  const dead = refusal.class === 'reauthorize' || refusal.class === 'person';
  if (dead) await deps.signInNeeded(id, refusal.why);
  // The host's trouble must not pause the account that waits for it.
  const why = `"${id}", which lends it an address: ${refusal.why}`;
  return {
    kind: 'refused',
    refusal: { ...refusal, why, ...(dead ? { class: 'retry', code: 'SIGN_IN_NEEDED' } : {}) },
  };
}

async function inBucket(
  deps: SenderDeps,
  accountId: string,
  bucket: BucketHost,
  file: DraftMedia,
): Promise<Hosted> {
  try {
    const key = await deps.bucketKey(accountId);
    const stored = { ...file, sha256: await sha256Of(file.path) };
    const name = nameInBucket(bucket, stored);
    await deps.mediaLedger.keepBucketFile(accountId, name, deps.clock.now());
    const refusal = await putInBucket(deps, bucket, key, stored);
    if (refusal) return { kind: 'refused', refusal };
    return { kind: 'hosted', url: addressInBucket(bucket, name), until: Number.POSITIVE_INFINITY };
  } catch (error) {
    const known =
      error instanceof BelfryError && (error.code === 'NOT_FOUND' || error.code === 'VAULT_UNAVAILABLE');
    if (!known) throw error;
    return refused('retry', error.code, error.message);
  }
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path, { highWaterMark: 256 * 1024 }))
    hash.update(piece as Uint8Array);
  return hash.digest('hex');
}

function refused(
  kind: 'edit' | 'retry',
  code: Refusal['code'],
  why: string,
): Extract<Hosted, { kind: 'refused' }> {
  return { kind: 'refused', refusal: { class: kind, code, why, notBefore: null } };
}
