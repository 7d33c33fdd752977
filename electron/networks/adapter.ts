import type {
  Account,
  AccountHold,
  Clock,
  ErrorCode,
  Log,
  Millis,
  Poll,
  PostFormat,
} from '../../shared/index.ts';
import type { Http } from './http.ts';
import type { Limits, MediaDetails, Visibility } from './limits.ts';
import type { SignInProvider } from './sign-in.ts';

/** What a refusal asks for (networks.md §5): time, a long time, a new sign-in, another text or file, or the user elsewhere. */
export type RefusalClass = 'retry' | 'wait' | 'reauthorize' | 'edit' | 'person';

/** The network said no, or was never reached: certainly nothing became visible. */
export type Refusal = {
  class: RefusalClass;
  code: ErrorCode;
  /** Why, as a sentence that the user can read. */
  why: string;
  /** Not again before this instant, when the server said so. */
  notBefore: Millis | null;
  /** Other posts of the account would fare no better now. */
  holds?: AccountHold;
  /** The uploads are gone from the server and have to be made again. */
  dropUploads?: boolean;
  /** After so many tries in a row it is the post's own fault (a file that no server can digest). */
  mostTries?: number;
};

/** A post as the network shows it; `differs` names what it left out or changed: `poll missing`. */
export type Remote = { remoteId: string; url: string | null; differs?: readonly string[] };

/** Outcome of getting ready: everything invisible is in place, or is not. */
export type Prepared =
  | { kind: 'ready'; newestSeen: string | null }
  /** The server is still working on the media. */
  | { kind: 'later'; notBefore: Millis; why: string; holds?: AccountHold }
  | { kind: 'refused'; refusal: Refusal };

/** Outcome of the one call that makes a post visible. */
export type Sent =
  | { kind: 'published'; remote: Remote }
  | {
      kind: 'refused';
      refusal: Refusal;
      /** The server has used the key up all the same: the next try needs another one. */
      burntKey?: boolean;
    }
  /** Unknown: no answer, an unusable one, or a server error. Never the same as refused. */
  | {
      kind: 'unknown';
      why: string;
      /** The server keeps a failure under this key: a repeat needs another one. */
      burntKey?: boolean;
      /** The server knows the key, so that the post may be older than this very call: another copy of the home sent it. */
      isOlder?: boolean;
      /** Never to be sent again by itself: the network suspects something, or answered against itself. */
      noRepeat?: boolean;
    };

/** What a look at the network shows about a call of unknown outcome. */
export type LookUp =
  | {
      kind: 'seen';
      /** Posts that are this one, as far as can be seen. */
      matches: Remote[];
      /** Posts that may be this one: changed by the server, or of the same words at another time. */
      unclear: Remote[];
      /** The look reached back to before the first send, in a list that shows such posts: what it does not show is not there. */
      complete: boolean;
      /** Why it is not complete, as a sentence. */
      gap?: string;
      /** Other evidence: `likely` when the upload is attached to some post, `certain` when the network itself says so. */
      exists: 'no' | 'likely' | 'certain' | 'unknown';
      /** Why a repeat cannot help, when the network says so (a container that broke). */
      hopeless?: string;
    }
  | { kind: 'unreadable'; refusal: Refusal };

/** When a call of unknown outcome may be repeated, once look-ups did not find the post (networks.md §5, table). */
export type RepeatRule = {
  /** Look-ups without a find that are needed first. */
  lookups: number;
  /** `same`: the key protects; `fresh`: the key was burnt by the first try. */
  key: 'same' | 'fresh';
  /** A repeat cannot double the post, even if the look-up was not complete, until this long after the first send. */
  safeForMs: number;
};

/** An account as its network needs it. */
export type NetworkAccount = Pick<Account, 'id' | 'network' | 'server' | 'remoteId' | 'handle'>;

/** Something on the server that is not visible yet: it may be made again, and the server discards it in time. */
export type Upload = {
  /** `film`: brought whole, and shown by the call that ends its upload. `address`: a public address of a file. */
  kind: 'media' | 'container' | 'draft' | 'film' | 'address';
  id: string;
  at: Millis;
  /** Where its bytes still have to go. */
  to?: string;
  /** Names the upload in the call that ends it. */
  session?: string;
  /** The file behind an address, and until when it stands there; without it, for good. */
  of?: string;
  until?: Millis;
};

/** What is written down ahead of the requests for one part of a post (networks.md §5). */
export type SendRecord = {
  key: string;
  uploads: readonly Upload[];
  /** Newest remote post of the account before the first send; null when it had none. */
  newestSeen: string | null;
  /** First visible call whose outcome is not known to be a refusal. */
  firstSentAt: Millis | null;
};

/** A file to upload. */
export type DraftMedia = {
  id: string;
  path: string;
  mime: string;
  bytes: number;
  width: number | null;
  height: number | null;
  alt: string;
  focus: readonly [number, number] | null;
  /** Where the same file stands on the internet; for networks that fetch it themselves. */
  publicUrl: string | null;
  sha256: string;
  details: MediaDetails;
};

/** One part as one network is to show it. */
export type Draft = {
  part: number;
  /** What the account itself says below its post. */
  comment: boolean;
  text: string;
  contentWarning: string | null;
  visibility: Visibility;
  language: string | null;
  sensitive: boolean;
  poll: Poll | null;
  media: readonly DraftMedia[];
  format: PostFormat;
  /** Remote id of the part that this one answers; null for the first. */
  replyTo: string | null;
};

/** One account, signed in, for the length of one step. */
export type Session = {
  account: NetworkAccount;
  token: string;
  http: Http;
  clock: Clock;
  log: Log;
  /** Aborted when Belfry stops: ends waits and uploads, never the visible call. */
  signal: AbortSignal;
};

/** Outcome of lending an address to a file. */
export type Hosted =
  | { kind: 'hosted'; url: string; until: Millis }
  | { kind: 'later'; why: string }
  | { kind: 'refused'; refusal: Refusal };

/** What a look shows that was made before anything was sent. */
export type Since =
  | { kind: 'found'; matches: readonly Remote[]; unclear?: readonly Remote[] }
  | { kind: 'refused'; refusal: Refusal };

/** A post that is out, as it is shown; `differs` as in `Remote`. */
export type ReadBack =
  | { kind: 'shown'; url: string | null; differs: readonly string[] }
  | { kind: 'unreadable'; refusal: Refusal };

/** What a look-up goes by before there is anything to look for. */
export type PostShape = Pick<Draft, 'visibility' | 'format'> & { media: readonly Pick<DraftMedia, 'mime'>[] };

/** Fields of a post that not every network has. */
type PostField = 'contentWarning' | 'sensitive';

/** One network (or family of servers): invisible preparation, the one visible call, and the look afterwards. */
export type Adapter = {
  /** Fields of a post that the network has nothing like, and that are left out. */
  unsupportedFields: readonly PostField[];
  /**
   * Why a look-up could not tell that such a post is not there, as the end of a sentence; null when it could. What `lookUp`
   * calls complete is never more than this.
   */
  lookUpGap(account: NetworkAccount, draft: PostShape): string | null;
  /** Limits as far as they are known without a request. */
  knownLimits(account: NetworkAccount): Limits | undefined;
  /** Limits of the account's server; read live and kept for a while. */
  limits(
    session: Omit<Session, 'token'>,
  ): Promise<{ kind: 'limits'; limits: Limits } | { kind: 'refused'; refusal: Refusal }>;
  /**
   * Brings everything invisible to the server. `save` is called with all uploads after each new one, and must have stored them when it resolves.
   * `after` is a remote post known to be older than this one, when there is one from this very session: spares asking.
   */
  prepare(
    session: Session,
    draft: Draft,
    attempt: SendRecord,
    options: { after: string | null; save(uploads: readonly Upload[]): Promise<void> },
  ): Promise<Prepared>;
  send(session: Session, draft: Draft, attempt: SendRecord): Promise<Sent>;
  lookUp(session: Session, draft: Draft, attempt: SendRecord): Promise<LookUp>;
  /**
   * Posts of the account of the very same content since then, newest first, and those that may be it: the same words
   * with fewer files, or files of the same kind without any words.
   */
  findSince?(session: Session, draft: Draft, attempt: SendRecord, since: Millis): Promise<Since>;
  repeatRule(session: Session): Promise<RepeatRule>;
  /** Until when an answer of any kind asks this account to keep still, by the rate headers of its network; null when it may go on. */
  restUntil(headers: Headers, now: Millis): Millis | null;
  /** Puts a file, unlisted, at a public address for some hours. Left out where the network has no such place. */
  host?(session: Session, media: DraftMedia): Promise<Hosted>;
  /** What the network shows of a post that is out. Left out where the answer to `send` already says so. */
  readBack?(session: Session, draft: Draft, remoteId: string): Promise<ReadBack>;
};

/**
 * One network, with its name, its icon's, and what clients offer for it in shared/networks.ts. A new one is a file here, a
 * line in registry.ts and a row there; nothing else asks which network it has before it.
 */
export type NetworkDescriptor = {
  /** By the ids of shared/networks.ts. Each also says when its tokens are renewed. */
  signIns: Readonly<Record<string, SignInProvider>>;
  /**
   * Publishing. The adapter's limits say which fields of a post the network takes and how it counts, `unsupportedFields`
   * which it has nothing like, `lookUpGap` what a look-up cannot see. `send` says what was certainly not sent (`refused`),
   * and where that is uncertain (`unknown`).
   */
  createAdapter(): Adapter;
};
