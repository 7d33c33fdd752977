import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPublisher, createWorkshop, type PublisherDeps } from '../../electron/publisher/index.ts';
import type { NewPost } from '../../electron/publisher/ports.ts';
import { nextDue } from '../../electron/publisher/publish-loop.ts';
import { openDatabase, raiseEpoch } from '../../electron/store/database.ts';
import { createMediaLedger } from '../../electron/store/media-ledger.ts';
import { createPostLedger } from '../../electron/store/posts.ts';
import { systemClock, systemRandom } from '../../electron/system.ts';
import { settingsSchema } from '../../shared/index.ts';
import { workshopEntry } from '../support/workshop-entry.ts';

/** A home with a database and a publisher whose accounts `0` to `9` live on `server`. */
export async function openHome(server = 'http://127.0.0.1:9') {
  const home = mkdtempSync(join(tmpdir(), 'belfry-bench-'));
  const path = join(home, 'belfry.db');
  const { db, raw, close } = openDatabase(path);
  const ledger = createPostLedger(db, await raiseEpoch(db));
  mkdirSync(join(home, 'media'));
  const deps: PublisherDeps = {
    clock: systemClock,
    random: systemRandom,
    fetch: (url, init) => fetch(url, init),
    log: () => undefined,
    ledger,
    mediaLedger: createMediaLedger(db),
    workshop: createWorkshop({ entry: workshopEntry, clock: systemClock }),
    bucketKey: async () => ({ keyId: '', secret: '' }),
    version: 'bench',
    requestTimeoutMs: 60_000,
    mediaFolder: join(home, 'media'),
    account: (id) => ({ id, network: 'mastodon', server, remoteId: id, handle: `@${id}` }),
    token: async (id) => `token-${id}`,
    accountStatus: async () => 'ready',
    signInNeeded: async () => undefined,
    settings: () => ({ ...settingsSchema.parse({}), spacingSeconds: 0 }),
    publishingPaused: async () => false,
    changed: () => undefined,
    needsAttention: ({ reason }) => {
      throw new Error(reason);
    },
  };
  const publisher = createPublisher(deps);
  const end = async () => {
    await publisher.stop();
    await close();
    rmSync(home, { recursive: true, force: true });
  };
  return { home, path, db, raw, ledger, publisher, nextDue: () => nextDue(deps), end };
}

let posts = 0;
export function newPost(account: string, dueAt: number, media: NewPost['media'] = []): NewPost {
  posts += 1;
  return {
    id: `bench${posts}`,
    text: `Post number ${posts}`,
    note: '',
    visibility: null,
    contentWarning: null,
    language: null,
    sensitive: null,
    publishAt: dueAt,
    thread: [],
    source: 'cli',
    runId: null,
    createdAt: dueAt,
    media,
    originKey: null,
    poll: null,
    firstComment: null,
    tags: [],
    targets: [{ account, status: 'queued', override: {}, dueAt }],
  };
}
