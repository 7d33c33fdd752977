import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { BelfryError, type Millis } from '../../shared/index.ts';
import type { Http } from '../networks/index.ts';
import { removeFromBucket } from './bucket.ts';
import { madeFolder } from './media/made.ts';
import type { PublisherDeps } from './ports.ts';

const day = 24 * 3_600_000;

/** Removes files that are not needed any more, here and in the users' buckets. */
type Tidying = {
  /** Once at the start: what is here only; what goes wrong is logged. */
  start(): Promise<void>;
  /** Once a day, beside other work; what goes wrong is logged. */
  daily(): Promise<void> | undefined;
  stop(): void;
};

export function createTidying(deps: PublisherDeps, http: Http): Tidying {
  const ends = new AbortController();
  let last: Millis | undefined;
  /** A restored database does not know what came after its copy: until the user has confirmed it, every file counts as needed. */
  const isCertain = async () => !(await deps.publishingPaused());
  const logged = (work: () => Promise<void>) =>
    work().catch((error: unknown) =>
      deps.log('error', 'Old files could not be tidied away', { error: String(error) }),
    );
  const tidy = async () => {
    if (!(await isCertain())) return;
    await sweep(deps);
    await tidyBuckets(deps, http, ends.signal);
  };
  return {
    start: () =>
      logged(async () => {
        if (await isCertain()) await sweep(deps);
      }),
    daily() {
      const now = deps.clock.now();
      // The first look is an hour after the start at the earliest: a start has enough to do.
      last ??= now - day + 3_600_000;
      if (now >= last && now - last < day) return undefined;
      last = now;
      return logged(tidy);
    },
    stop: () => ends.abort(),
  };
}

/** Files that are looked at in one go; the rest is for the next day. */
const mostFiles = 1000;

type TidyDeps = Pick<PublisherDeps, 'mediaLedger' | 'account' | 'bucketKey' | 'clock' | 'log'>;

/** Deletes files from the accounts' buckets that were not needed for `removeAfterDays`; what fails is tried again the next day. */
async function tidyBuckets(deps: TidyDeps, http: Http, signal: AbortSignal): Promise<void> {
  const { mediaLedger, clock } = deps;
  for (const account of await mediaLedger.bucketAccounts()) {
    const host = deps.account(account)?.media?.host;
    // The user took the bucket away from the account: what lies there is theirs to keep.
    const isTheirs = host?.via !== 'bucket';
    if (!isTheirs && host.removeAfterDays === null) continue;
    const before = isTheirs ? clock.now() : clock.now() - (host.removeAfterDays ?? 0) * day;
    for (const name of await mediaLedger.bucketFiles(account, before, mostFiles)) {
      if (signal.aborted) return;
      if (isTheirs) await mediaLedger.forgetBucketFile(account, name);
      else await remove(deps, { http, clock, signal }, { account, host, name });
    }
  }
}

async function remove(
  deps: TidyDeps,
  way: Parameters<typeof removeFromBucket>[0],
  { account, host, name }: { account: string; host: Parameters<typeof removeFromBucket>[1]; name: string },
): Promise<void> {
  try {
    const refusal = await removeFromBucket(way, host, await deps.bucketKey(account), name);
    if (refusal) deps.log('warn', `A file stays in the bucket of ${account}`, { name, why: refusal.why });
    else await deps.mediaLedger.forgetBucketFile(account, name);
  } catch (error) {
    if (!(error instanceof BelfryError)) throw error;
    deps.log('warn', error.message, { account });
  }
}

/** Names that the publisher gives to copies, half-written ones included; whatever else lies in the folder is not ours. */
const ourName = /^[0-9a-f]{16}(\.part)?$/;
/** Names of what was made of copies. */
const madeName = /^[0-9a-f]{32}-[0-9a-f]{16}(\.\w+\.part)?$/;
const hour = 3_600_000;
/** A younger file may belong to a post that is being added at this moment. */
const leastAgeMs = hour;
/** What was made can be made again; so long it is at hand for another try or another account. */
const madeForMs = 3 * day;

type SweepDeps = Pick<PublisherDeps, 'mediaFolder' | 'ledger' | 'mediaLedger' | 'clock' | 'settings'>;

/**
 * Removes copies that no post has (what a kill between copying and storing left behind), those whose post has been
 * published or cancelled everywhere for `keepMediaDays`, and what was made of copies some days ago. Posts that are still
 * to go out, failed or unconfirmed keep theirs.
 */
async function sweep(deps: SweepDeps): Promise<void> {
  const { mediaFolder, clock } = deps;
  const names = (await filesIn(mediaFolder)).filter((name) => ourName.test(name));
  if (names.length > 0) {
    const used = await deps.ledger.filesInUse(names);
    const unused = names.filter((name) => !used.has(name));
    for (const name of unused) await removeOld(join(mediaFolder, name), clock.now() - leastAgeMs);
    for (const name of await finished(deps, [...used])) await rm(join(mediaFolder, name), { force: true });
  }
  const made = join(mediaFolder, madeFolder);
  for (const name of (await filesIn(made)).filter((one) => madeName.test(one)))
    await removeOld(join(made, name), clock.now() - (name.endsWith('.part') ? leastAgeMs : madeForMs));
}

async function finished({ mediaLedger, settings, clock }: SweepDeps, files: readonly string[]) {
  const days = settings().keepMediaDays;
  return days === null ? [] : mediaLedger.doneWith(files, clock.now() - days * day);
}

/** No folder yet: nothing was ever put there. One that cannot be read is an error. */
function filesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
}

async function removeOld(path: string, before: Millis): Promise<void> {
  const changedAt = await stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => Number.POSITIVE_INFINITY, // Gone already, or not to be read: left alone.
  );
  if (changedAt < before) await rm(path, { force: true });
}
