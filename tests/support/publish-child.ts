// A publisher in a process of its own, which can be killed: publishes everything that is due in a home, then ends.
// It is told what to do by one JSON argument; fail points are made here, by wrapping what the publisher is handed.
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  createPublisher,
  createWorkshop,
  type PostLedger,
  type PublisherDeps,
} from '../../electron/publisher/index.ts';
import { nextDue } from '../../electron/publisher/publish-loop.ts';
import { openDatabase, raiseEpoch } from '../../electron/store/database.ts';
import { createMediaLedger } from '../../electron/store/media-ledger.ts';
import { createPostLedger } from '../../electron/store/posts.ts';
import { systemClock, systemRandom } from '../../electron/system.ts';
import { type Network, settingsSchema } from '../../shared/index.ts';
import { workshopEntry } from './workshop-entry.ts';

export type ChildTask = {
  home: string;
  settleSeconds: number;
  requestTimeoutMs: number;
  accounts: { id: string; network: Network; server: string; remoteId: string; token: string }[];
  /** Name of the fail point at which the process kills itself; null: none. */
  killAt: string | null;
  /** Names of the points that were passed are appended here, one a line; null: nowhere. */
  trace: string | null;
};

const task = JSON.parse(process.argv[2] ?? '{}') as ChildTask;

/** A boundary: everything before it has happened, nothing after it has. */
function point(name: string): void {
  if (task.trace !== null) appendFileSync(task.trace, `${name}\n`);
  if (name === task.killAt) process.kill(process.pid, 'SIGKILL');
}

/** Which call this is, by the one thing that tells: its address. */
function nameOfCall(method: string, url: string): string {
  const { pathname } = new URL(url);
  if (method === 'HEAD') return 'read';
  if (method === 'GET')
    return /\/statuses|\/media$|\/comments$|^\/v[\d.]+\/[^/]+$/.test(pathname) ? 'look' : 'read';
  if (/\/media$|\/photos$/.test(pathname)) return 'upload';
  if (/\/feed$/.test(pathname)) return 'draft';
  if (/\/comments$/.test(pathname)) return 'comment';
  return 'publish';
}

function watched(ledger: PostLedger): PostLedger {
  return {
    ...ledger,
    async record(changes, at) {
      const states = changes
        .map(({ attempt, target }) =>
          attempt?.state === 'published' && target?.status === undefined
            ? 'compared'
            : (attempt?.state ?? target?.status ?? 'note'),
        )
        .join('+');
      point(`before storing ${states}`);
      const stored = await ledger.record(changes, at);
      point(`after storing ${states}`);
      return stored;
    },
  };
}

/** Files at public addresses are served by the fake network itself. */
function byName(url: string, init?: RequestInit): Promise<Response> {
  return fetch(url.replace('https://cdn.example', `${task.accounts[0]?.server}/cdn`), init);
}

/** A function, since a CommonJS file waits for nothing at its top. */
async function publishAll(): Promise<void> {
  const { db, close } = openDatabase(join(task.home, 'belfry.db'));
  const epoch = await raiseEpoch(db);
  const deps: PublisherDeps = {
    clock: systemClock,
    random: systemRandom,
    async fetch(url, init) {
      const name = nameOfCall(init?.method ?? 'GET', url);
      point(`before ${name}`);
      const response = await byName(url, init);
      point(`after ${name}`);
      return response;
    },
    log: () => undefined,
    ledger: watched(createPostLedger(db, epoch)),
    mediaLedger: createMediaLedger(db),
    workshop: createWorkshop({ entry: workshopEntry, clock: systemClock }),
    bucketKey: async () => ({ keyId: '', secret: '' }),
    version: '0.0.0-test',
    requestTimeoutMs: task.requestTimeoutMs,
    mediaFolder: join(task.home, 'media'),
    account: (id) => {
      const found = task.accounts.find((account) => account.id === id);
      return found && { ...found, handle: `@${id}` };
    },
    token: async (id) => task.accounts.find((account) => account.id === id)?.token ?? '',
    accountStatus: async () => 'ready',
    signInNeeded: async () => undefined,
    settings: () => ({ ...settingsSchema.parse({}), spacingSeconds: 0, settleSeconds: task.settleSeconds }),
    publishingPaused: async () => false,
    changed: () => undefined,
    // It looks where this file says so.
    pausedBy: () => 'scheduler',
    needsAttention: () => undefined,
  };
  const publisher = createPublisher(deps);

  await publisher.start();
  for (;;) {
    await publisher.publishNow({ signal: new AbortController().signal, say: () => undefined });
    const next = await nextDue(deps);
    if (next === null || next > Date.now() + 60_000) break;
    await new Promise((resolve) => setTimeout(resolve, Math.max(next - Date.now(), 1)));
  }
  await publisher.stop();
  await close();
}

void publishAll();
