import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { BelfryError, type BucketHost, type MediaHost } from '../../../shared/index.ts';
import type { Draft, DraftMedia, Hosted, Limits, Refusal } from '../../networks/index.ts';
import type { Upload } from '../ports.ts';
import { openSession, type SenderNeeds } from '../scene.ts';
import { addressInBucket, nameInBucket, putInBucket } from './bucket.ts';
import { checkAddress } from './check-address.ts';
import { homeless, wantsAddress } from './wants.ts';

export type Given =
  | { kind: 'ready'; draft: Draft; addresses: readonly Upload[] }
  | { kind: 'later'; why: string }
  | { kind: 'refused'; refusal: Refusal };

/**
 * A draft whose files stand where the network can fetch them: where the person said, or where the account's host puts
 * them. Every address is asked for before the network is. `save` stores the addresses after each new one; nobody finds
 * a file there who does not know its name, so all of this may be done again.
 */
export async function giveAddresses(
  needs: SenderNeeds,
  account: { id: string; media?: { host?: MediaHost | undefined } | undefined },
  draft: Draft,
  limits: Limits,
  known: readonly Upload[],
  save: (addresses: readonly Upload[]) => Promise<void>,
): Promise<Given> {
  const now = needs.clock.now();
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
      const hosted = await host(needs, account, file);
      if (hosted.kind !== 'hosted') return hosted;
      url = hosted.url;
      const until = Number.isFinite(hosted.until) ? { until: hosted.until } : {};
      addresses = [...addresses, { kind: 'address', id: url, at: needs.clock.now(), of, ...until }];
      await save(addresses);
    }
    const isOurs = url !== file.publicUrl;
    const bytes = isOurs && account.media?.host?.via !== 'bucket' ? null : file.bytes;
    const wrong = await checkAddress(needs.http, { url, mime: file.mime, bytes }, needs.signal);
    // What we put there and nobody can fetch is put there again.
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
  needs: SenderNeeds,
  account: { id: string; media?: { host?: MediaHost | undefined } | undefined },
  file: DraftMedia,
): Promise<Hosted> {
  const chosen = account.media?.host;
  if (chosen === undefined) return refused('edit', 'NETWORK_REFUSED', homeless(file));
  return chosen.via === 'bucket'
    ? inBucket(needs, account.id, chosen, file)
    : withAccount(needs, chosen.account, file);
}

async function withAccount(needs: SenderNeeds, id: string, file: DraftMedia): Promise<Hosted> {
  const account = needs.account(id);
  const adapter = account && needs.adapterOf(account);
  if (!account || !adapter?.host)
    return refused(
      'edit',
      'NOT_FOUND',
      `the account "${id}", which is to lend it an address, ${account ? 'cannot' : 'is not in Belfry'}`,
    );
  const status = await needs.accountStatus(id);
  const session =
    status === 'sign-in-needed' || status === 'locked' ? undefined : await openSession({ needs, account });
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
  if (dead) await needs.signInNeeded(id, refusal.why);
  // The host's trouble must not pause the account that waits for it.
  const why = `"${id}", which lends it an address: ${refusal.why}`;
  return {
    kind: 'refused',
    refusal: { ...refusal, why, ...(dead ? { class: 'retry', code: 'SIGN_IN_NEEDED' } : {}) },
  };
}

async function inBucket(
  needs: SenderNeeds,
  accountId: string,
  bucket: BucketHost,
  file: DraftMedia,
): Promise<Hosted> {
  try {
    const key = await needs.bucketKey(accountId);
    const stored = { ...file, sha256: await sha256Of(file.path) };
    const name = nameInBucket(bucket, stored);
    await needs.mediaLedger.keepBucketFile(accountId, name, needs.clock.now());
    const refusal = await putInBucket(needs, bucket, key, stored);
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
