import { createAccounts, openKeyVault } from './accounts/index.ts';
import type { Fact } from './alerts/index.ts';
import type { Announcer } from './api/index.ts';
import type { Ground } from './compose-ground.ts';
import { composePlanner, seriesFolder } from './compose-planning.ts';
import type { Host } from './host.ts';
import { createPublisher, createWorkshop } from './publisher/index.ts';
import { systemRandom as random } from './random.ts';
import {
  createAccountStates,
  createMediaLedger,
  createPostLedger,
  createSecretsFile,
  writeDurably,
} from './store/index.ts';

/** networks.md §5: a request counts as unanswered after 60 s at the earliest. */
const requestTimeoutMs = 90_000;

/** Accounts with their secrets, the posts that go out in their names, and the plans that come to posts. */
export type Posting = Awaited<ReturnType<typeof composePosting>>;

export async function composePosting(
  host: Host,
  ground: Ground,
  announcer: Announcer,
  tell: (fact: Fact) => void,
  standstill: () => 'scheduler' | 'publish-job' | null,
) {
  const { clock, log, version } = host;
  const { home, store, config, settings } = ground;
  const { announce } = announcer;

  const keyVault = await openKeyVault({ home: home.dir, environment: process.env, write: writeDurably });
  const secretsFile = createSecretsFile({ path: home.secrets, clock, log });
  const accounts = createAccounts({
    clock,
    log,
    fetch,
    config,
    states: createAccountStates(store.db),
    secrets: secretsFile,
    vaults: [...host.vaults, keyVault],
    backend: () => (host.mode === 'headless' ? 'key-file' : settings().secrets),
    sending: (id) => publisher.sending(id),
    version,
    changed: () => {
      announce({ name: 'accounts.changed' });
      announce({ name: 'status.changed' });
    },
    alert: (fact) => {
      tell(fact);
      if (fact.kind === 'account-ready') void publisher.accountReady(fact.accountId);
    },
  });
  const workshop = createWorkshop({ entry: host.mediaWorker, clock });
  const publisher = createPublisher({
    clock,
    random,
    fetch,
    log,
    ledger: createPostLedger(store.db, store.epoch),
    mediaLedger: createMediaLedger(store.db),
    workshop,
    version,
    requestTimeoutMs,
    mediaFolder: home.media,
    ownFolders: [seriesFolder(home.dir)],
    nextSlots: (ids, taken) => planner.nextSlots(ids, taken),
    account: accounts.account,
    accounts: () => config.current().accounts.flatMap(({ id }) => accounts.account(id) ?? []),
    token: accounts.token,
    bucketKey: accounts.bucketKey,
    accountStatus: accounts.accountStatus,
    signInNeeded: accounts.signInNeeded,
    settings,
    publishingPaused: store.publishingPaused,
    standstill,
    changed: () => {
      announce({ name: 'posts.changed' });
      announce({ name: 'status.changed' });
    },
    needsPerson: ({ kind, post, account, reason }) =>
      tell({ kind: 'post', postId: post, account, status: kind, reason }),
  });
  const planner = composePlanner(host, ground, announcer, {
    posts: publisher,
    hasAccount: (id) => accounts.account(id) !== undefined,
  });
  return {
    accounts,
    secretsFile,
    keyFile: keyVault.file,
    publisher,
    workshop,
    planner,
    /** Texts that must never be stored or shown. */
    secrets: () => [...accounts.secrets(), ...keyVault.keys()],
  };
}
