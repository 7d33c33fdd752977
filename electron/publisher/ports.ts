import type {
  AccountMedia,
  AccountOrder,
  AccountStatus,
  BucketKey,
  Clock,
  ErrorCode,
  Hold,
  Log,
  Millis,
  Network,
  Override,
  Poll,
  PostSelection,
  PostView,
  Random,
  Settings,
  TargetStatus,
  TargetView,
} from '../../shared/index.ts';
import type { Fetch, MediaDetails, SendRecord, Upload } from '../networks/index.ts';
import type { Workshop } from './media/workshop/index.ts';

export type { Fetch, Upload };

/** A picture or film as stored: a copy in the home folder. */
export type StoredMedia = {
  id: string;
  /** 0 = the post itself, 1… = thread parts. */
  part: number;
  position: number;
  /** File name inside the media folder. */
  file: string;
  /** The name that it had when it was added. */
  name: string;
  mime: string;
  bytes: number;
  /** Pixels; null where nothing measured them. */
  width: number | null;
  height: number | null;
  sha256: string;
  alt: string;
  focus: readonly [number, number] | null;
  /** Where the same file stands on the internet; for networks that fetch it themselves. */
  publicUrl: string | null;
  /** null = added before Belfry looked for them. */
  details: MediaDetails | null;
};

/** A post as stored, without its targets. */
export type StoredPost = {
  seq: number;
  id: string;
  text: string;
  note: string;
  visibility: PostView['visibility'];
  contentWarning: string | null;
  language: string | null;
  sensitive: boolean | null;
  publishAt: Millis | null;
  /** Texts of the thread parts after the first. */
  thread: readonly string[];
  source: PostView['source'];
  runId: string | null;
  /** Where it came from, so that it is not made again; `key:` and the sender's own name for it. */
  originKey: string | null;
  poll: Poll | null;
  /** What the account itself says below the post, once that is out. */
  firstComment: string | null;
  tags: readonly string[];
  createdAt: Millis;
  media: readonly StoredMedia[];
};

export type StoredError = { code: ErrorCode; message: string };

/** A post on its way to one account, as stored. */
export type StoredTarget = {
  account: string;
  position: number;
  status: TargetStatus;
  override: Override;
  /** When it is to go out; null for a draft. */
  dueAt: Millis | null;
  remoteId: string | null;
  url: string | null;
  error: StoredError | null;
  notBefore: Millis | null;
  /** Why it is put off until then; null without `notBefore`. */
  hold: Hold | null;
  /** Failures in a row. */
  tries: number;
  /** Raised when the user changes what goes out or when. */
  revision: number;
  /** What it published, once the post was edited afterwards. */
  sent: TargetView['sent'];
  /** What the network left out or changed when it was published: `poll missing`. */
  differs: readonly string[];
  /** Why what it published could not be compared with what was meant; null where it was, or will be. */
  notCompared: string | null;
};

export type PostRecord = { post: StoredPost; targets: readonly StoredTarget[] };

/**
 * `prepared`: nothing visible was asked for, or it was refused for certain. `sending`: the visible call is under way, or was when Belfry ended.
 * `unknown`: that call gave no usable answer. `contradicted`: a repeat of it was refused in a way that may mean that the first one worked; never sent again by itself.
 */
export const attemptStates = ['prepared', 'sending', 'unknown', 'contradicted', 'published'] as const;
export type AttemptState = (typeof attemptStates)[number];

/** What is written ahead of the requests for one part of one target (networks.md §5). */
export type Attempt = SendRecord & {
  part: number;
  state: AttemptState;
  /** SHA-256 of what is to be seen: text, media, warning, visibility, place in the thread. */
  bodyHash: string;
  lastSentAt: Millis | null;
  /** Look-ups since then that did not find it. */
  lookups: number;
  remoteId: string | null;
  url: string | null;
  /** It is out and still to be compared with what was meant: when next, after how many tries. */
  comparison: { at: Millis; tries: number } | null;
};

/** One target with all that is needed to go on with it. */
export type Work = { post: StoredPost; target: StoredTarget; attempts: readonly Attempt[] };

/** One step of one target, stored whole or not at all, with a line for its history. */
export type Change = {
  post: string;
  account: string;
  /** The status that this was decided from; when it is another one by now, nothing is stored. */
  from: TargetStatus;
  /** The due time that this was decided from, where it matters; when it is another one by now, nothing is stored. */
  fromDueAt?: Millis;
  /** The edition that this was decided from; when it is another one by now, nothing is stored. */
  revision?: number;
  target?: Partial<Omit<StoredTarget, 'account' | 'position' | 'override' | 'sent'>>;
  /** Replaces the row of this part. */
  attempt?: Attempt;
  /** Nothing else of the account may wait for the instant that it is due at then, or nothing is stored. */
  alone?: boolean;
  /** The post's own time of publication from now on. */
  publishAt?: Millis | null;
  /** Why, as a sentence; null when the step is not worth a line. */
  note: string | null;
};

/** `alone` as in a change. */
export type NewTarget = Pick<StoredTarget, 'account' | 'status' | 'override' | 'dueAt'> & { alone?: boolean };

export type NewPost = Omit<StoredPost, 'seq'> & { targets: readonly NewTarget[] };

/** A post as the user edited it: all of this is stored, or nothing. */
export type PostEdit = {
  post: StoredPost;
  /** The targets that stay, in the post's order, each with the step that it makes. */
  kept: readonly { change: Change; override: Override; sent: StoredTarget['sent']; position: number }[];
  added: readonly (NewTarget & { position: number })[];
  removed: readonly Pick<Change, 'account' | 'from' | 'revision'>[];
};

/** Which posts to list, and in what order (the call `posts.list`, with instants). */
export type ListQuery = {
  status?: readonly TargetStatus[] | undefined;
  account?: string | undefined;
  tag?: string | undefined;
  search?: string | undefined;
  from?: Millis | undefined;
  to?: Millis | undefined;
  /** `latest` when left out. */
  order?: 'latest' | 'soonest' | undefined;
  after?: string | undefined;
  /** Where the page before ended; goes before `after`. */
  cursor?: string | undefined;
  limit: number;
};

/** A target that waits for its time. */
export type Waiting = { post: string; dueAt: Millis };

export type HistoryLine = { account: string; at: Millis; status: TargetStatus; note: string };

/** The first target of an account that is due and not done. */
export type Head = Pick<StoredTarget, 'account' | 'status' | 'notBefore' | 'hold'> & {
  post: string;
  dueAt: Millis;
};

/** An instant, and the latest one that a wait can end at: a later one stems from a clock that was wrong. */
export type Moment = { at: Millis; sane: Millis };

/** What holds every post of an account, until when, and the post that found it out. */
export type AccountHeld = { post: string; hold: Hold; until: Millis };

/** Due targets of an account that are put off for the same reason; `hold` and `until` are null where they are not. */
export type DueGroup = {
  status: TargetStatus;
  hold: Hold | null;
  posts: number;
  /** When the first was due. */
  since: Millis;
  until: Millis | null;
};

/** Where posts are kept; implemented by the store. Every change is durable when its promise resolves. */
export type PostLedger = {
  /**
   * Stores a post; with an `originKey` that is known already, answers the post it made then and stores nothing.
   * Throws CONFLICT when it is to be alone and is not.
   */
  add(post: NewPost): Promise<PostRecord>;
  /** The same for many in one transaction: all or none. */
  addAll(posts: readonly NewPost[]): Promise<PostRecord[]>;
  /** Stores a post as it is to be; false, and nothing stored, when one of its targets has moved on or a slot was taken meanwhile. */
  edit(edit: PostEdit, at: Millis): Promise<boolean>;
  /** The post that was added with this key. */
  byOrigin(originKey: string): Promise<PostRecord | undefined>;
  get(id: string): Promise<PostRecord | undefined>;
  /** Those that are there, in the order of the ids. */
  getAll(ids: readonly string[]): Promise<PostRecord[]>;
  /** Throws NOT_FOUND when there is no post `after`. */
  list(query: ListQuery): Promise<PostRecord[]>;
  /** The same with the cursor of the next page; null when there is none. Throws BAD_INPUT for a cursor that is none. */
  page(query: ListQuery): Promise<{ records: PostRecord[]; cursor: string | null }>;
  /** How many fit, counted up to `most`. */
  count(query: Omit<ListQuery, 'limit' | 'order' | 'after' | 'cursor'>, most: number): Promise<number>;
  /** The targets that fit everything that is given, in the order in which they are due; one more than `most` when there are more. */
  select(selection: PostSelection, most: number): Promise<Work[]>;
  /** A file that a post has. */
  media(id: string): Promise<StoredMedia | undefined>;
  /** Which of these files in the media folder belong to a post. */
  filesInUse(files: readonly string[]): Promise<Set<string>>;
  /** Lists these posts by the earliest time of their queued targets; one without any stays where it is. */
  showTimes(ids: readonly string[], at: Millis): Promise<void>;
  /** What of an account waits for a time in [from, to], by time. */
  waiting(account: string, from: Millis, to: Millis): Promise<Waiting[]>;
  /** Forgets a post as if it had never been; false, and nothing is done, when it was changed, a request was made for it or a target has ended. */
  withdraw(id: string): Promise<boolean>;
  /**
   * Stores all changes in one transaction. False, and nothing stored, when a target has left the status that its change
   * was decided from, was edited since, or is to be alone and is not. Throws CONFLICT when another engine owns the home folder, INTERNAL for a step that `targetTransitions` forbids.
   */
  record(changes: readonly Change[], at: Millis): Promise<boolean>;
  /** Per account, the first target that is due at `at` and queued or sending. */
  heads(at: Millis): Promise<Head[]>;
  /** The first target of one account that is due at `at` and queued or sending. */
  head(account: string, at: Millis): Promise<Work | undefined>;
  /** The first target that is due and not put off, or is queued and due since before `lateSince`; one in doubt comes first. */
  free(account: string, now: Moment, lateSince: Millis): Promise<Work | undefined>;
  /** What holds all posts of an account now. */
  accountHold(account: string, now: Moment): Promise<AccountHeld | undefined>;
  /** When the first wait of a due target ends (or ended), later than `after`. */
  nextRelease(account: string, now: Moment, after: Millis): Promise<Millis | null>;
  /** What of an account is due and not out. */
  due(account: string, now: Moment): Promise<DueGroup[]>;
  /** Unconfirmed targets whose next look-up is due at `at`, oldest first. */
  unconfirmed(at: Millis): Promise<{ post: string; account: string }[]>;
  work(post: string, account: string): Promise<Work | undefined>;
  /** Targets in the status `sending`. */
  sending(): Promise<Work[]>;
  /** When the next queued target becomes due after `at`, and when the next look-up of an unconfirmed one does. */
  nextAfter(at: Millis): Promise<{ due: Millis | null; lookUp: Millis | null }>;
  /** When the account last published. */
  lastPublished(account: string): Promise<Millis | null>;
  /** Which of these remote ids belong to another part of a post that Belfry published with this account. */
  known(
    account: string,
    remoteIds: readonly string[],
    but: { post: string; part: number },
  ): Promise<Set<string>>;
  /** Other parts of this account with the same content whose outcome is unknown too. */
  rivals(account: string, bodyHash: string, but: { post: string; part: number }): Promise<number>;
  /** What of an account is to be compared by now with what the network shows, the first. */
  toCompare(account: string, at: Millis): Promise<{ post: string; part: number } | undefined>;
  /** By account, when the first comparison is due that is due later than `after`. */
  comparisonsAfter(after: Millis): Promise<{ account: string; at: Millis }[]>;
  counts(): Promise<{ queued: number; needYou: number }>;
  /** Queued posts of these accounts: how many in all, and by account. */
  waitingFor(accounts: readonly string[]): Promise<{ posts: number; by: ReadonlyMap<string, number> }>;
  history(post: string): Promise<HistoryLine[]>;
};

/** Something that an account shows or is to show: its text, and when. */
export type Neighbour = { post: string; text: string; at: Millis };

/** What is asked and kept about media and posts around a post; implemented by the store. */
export type MediaLedger = {
  /** What an account has (not cancelled) with one of these texts, trimmed, due in [from, to] or, drafts, without a time. */
  sameTexts(
    account: string,
    texts: readonly string[],
    from: Millis,
    to: Millis,
  ): Promise<{ post: string; text: string; at: Millis | null }[]>;
  /** Which of these files belong only to posts that are published or cancelled everywhere since before `before`. */
  doneWith(files: readonly string[], before: Millis): Promise<Set<string>>;
  /** What the account published, or is to publish, in [from, to]; at most some thousands, the nearest to `to` first. */
  neighbours(account: string, from: Millis, to: Millis): Promise<Neighbour[]>;
  /** A file lies in the bucket of this account and is wanted now. */
  keepBucketFile(account: string, name: string, at: Millis): Promise<void>;
  /** Accounts with files in buckets. */
  bucketAccounts(): Promise<string[]>;
  /** Names of an account's files in its bucket not needed since `before`, the longest ago first. */
  bucketFiles(account: string, before: Millis, limit: number): Promise<string[]>;
  forgetBucketFile(account: string, name: string): Promise<void>;
};

export type PublisherAccount = {
  id: string;
  network: Network;
  server: string;
  remoteId: string;
  handle: string;
  media?: AccountMedia | undefined;
  order?: AccountOrder | undefined;
};

export type PublisherSettings = Pick<
  Settings,
  | 'lateLimitHours'
  | 'spacingSeconds'
  | 'settleSeconds'
  | 'mediaFit'
  | 'stripLocation'
  | 'mediaFolders'
  | 'keepMediaDays'
  | 'sameTextHours'
  | 'closePostMinutes'
>;

/** What the user is notified of. */
export type AttentionNeeded = {
  /** `comment`: the post is out, its first comment is not. `address`: it is not due yet, and a file cannot be fetched. */
  kind: 'failed' | 'unconfirmed' | 'missed' | 'comment' | 'address';
  post: string;
  account: string;
  reason: string;
};

/** What one look at what is due did. */
export type Look = {
  startedAt: Millis;
  finishedAt: Millis;
  /** False when an account's work ended in an error, which `summary` gives. */
  ok: boolean;
  summary: string;
  /** What happened to each post. */
  lines: readonly { at: Millis; text: string }[];
};

export type PublisherDeps = {
  clock: Clock;
  random: Random;
  fetch: Fetch;
  log: Log;
  ledger: PostLedger;
  mediaLedger: MediaLedger;
  /** Looks into films and makes pictures; closed by its creator. */
  workshop: Workshop;
  /** For the User-Agent of requests. */
  version: string;
  /** Milliseconds after which a request counts as unanswered; at least 60,000 outside tests (networks.md §5). */
  requestTimeoutMs: number;
  /** Milliseconds that one cycle waits for its accounts, which then go on by themselves; 20,000 unless given. */
  patienceMs?: number;
  /** Folder that media is copied into. */
  mediaFolder: string;
  /** Other folders of Belfry's own from which media may come, whatever the user allows. */
  ownFolders?: readonly string[];
  account(id: string): PublisherAccount | undefined;
  /** The next free weekly slot of each account, by account, but those of `taken`; left out, no account has any. */
  nextSlots?(
    accounts: readonly string[],
    taken: ReadonlyMap<string, ReadonlySet<Millis>>,
  ): Promise<ReadonlyMap<string, Millis>>;
  /** All accounts; left out, addresses are not asked for ahead of time. */
  accounts?(): readonly PublisherAccount[];
  /** Throws SIGN_IN_NEEDED or VAULT_UNAVAILABLE. */
  token(accountId: string): Promise<string>;
  /** Key of the bucket that lends addresses to this account. Throws NOT_FOUND or VAULT_UNAVAILABLE. */
  bucketKey(accountId: string): Promise<BucketKey>;
  accountStatus(id: string): Promise<AccountStatus>;
  /** The network refuses this account until its owner does something: pauses it, and says so once. */
  signInNeeded(accountId: string, reason: string): Promise<void>;
  settings(): PublisherSettings;
  /** True until the user has confirmed that publishing may go on (restored database). */
  publishingPaused(): Promise<boolean>;
  /** Why the loop starts no look now, apart from `publishingPaused`; `wake` is called when that changes. */
  pausedBy?(): 'scheduler' | 'publish-job' | null;
  /** Keeps a look of the loop's own that did something. */
  keepLook?(look: Look): Promise<void>;
  /** Something that clients show has changed: posts, or the next look. */
  changed(): void;
  needsAttention(matter: AttentionNeeded): void;
};
