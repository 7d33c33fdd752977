import type { AccountHold, Clock, ErrorCode, Log, Millis, Poll, PostFormat } from '../../../shared/index.ts';
import type { MediaDetails } from '../media/facts.ts';
import type { PictureLimits } from '../media/plan-fit.ts';
import type { Attempt, PublisherAccount, Upload } from '../ports.ts';
import type { Http } from './http.ts';

/** What a refusal asks for (networks.md §5): time, a long time, a new sign-in, another text or file, or a person elsewhere. */
export type RefusalClass = 'retry' | 'wait' | 'reauthorize' | 'edit' | 'person';

/** The network said no, or was never reached: certainly nothing became visible. */
export type Refusal = {
  class: RefusalClass;
  code: ErrorCode;
  /** Why, as a sentence that a person can read. */
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
  /** Nobody knows: no answer, an unusable one, or a server error. Never the same as refused. */
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
      /** Posts that are this one, as far as can be told. */
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
  visibility: 'public' | 'unlisted' | 'private' | 'direct';
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
  account: PublisherAccount;
  token: string;
  http: Http;
  clock: Clock;
  log: Log;
  /** Aborted when Belfry stops: ends waits and uploads, never the visible call. */
  signal: AbortSignal;
};

/** What a network takes in a poll; times in seconds. */
export type PollLimits = { options: number; characters: number; least: number; most: number };

/** What a network takes of films; null = no limit known. */
export type FilmLimits = {
  videoBytes: number | null;
  /** Least and most. */
  filmSeconds: readonly [number, number] | null;
  framesPerSecond: readonly [number, number] | null;
  /** Width times height. */
  filmPixels: number | null;
  /** The index has to come first, because the network fetches the film from its beginning. */
  streamable: boolean;
  /** No other file beside a film or sound. */
  filmAlone: boolean;
};

/** How many files of each kind a format is made of: least and most. */
export type FormatFiles = { files: readonly [number, number]; pictures: boolean; films: boolean };

/** What differs for a format other than `post`. */
export type FormatLimits = FormatFiles &
  Partial<Pick<Limits, 'imageRatio' | 'videoBytes' | 'filmSeconds' | 'framesPerSecond'>> & {
    /** The text is left out of what is shown. */
    silent: boolean;
  };

/** What a network takes; null = no limit known. Pixels and ratios are width by height. */
export type Limits = PictureLimits &
  FilmLimits & {
    characters: number | null;
    media: number | null;
    altCharacters: number | null;
    /** Formats besides `post`. */
    formats: Partial<Record<PostFormat, FormatLimits>>;
    /** Files that the network fetches from a public address itself. */
    fetches: 'nothing' | 'pictures' | 'everything';
    textOnly: boolean;
    thread: boolean;
    /** An account can comment on its own posts. */
    comments: boolean;
    /** null where the network has none. */
    polls: PollLimits | null;
    visibilities: readonly Draft['visibility'][];
    /** Length of a text as this network counts it. */
    count(text: string, contentWarning: string | null): number;
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
  | { kind: 'unreadable'; why: string };

/** One network (or family of servers): invisible preparation, the one visible call, and the look afterwards. */
export type Adapter = {
  /** Limits as far as they are known without asking anybody. */
  knownLimits(account: PublisherAccount): Limits | undefined;
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
    attempt: Attempt,
    options: { after: string | null; save(uploads: readonly Upload[]): Promise<void> },
  ): Promise<Prepared>;
  send(session: Session, draft: Draft, attempt: Attempt): Promise<Sent>;
  lookUp(session: Session, draft: Draft, attempt: Attempt): Promise<LookUp>;
  /**
   * Posts of the account of the very same content since then, newest first, and those that may be it: the same words
   * with fewer files, or files of the same kind without any words.
   */
  findSince?(session: Session, draft: Draft, attempt: Attempt, since: Millis): Promise<Since>;
  repeatRule(session: Session): Promise<RepeatRule>;
  /** Puts a file, invisible, where anybody can fetch it for some hours. Left out where the network has no such place. */
  host?(session: Session, media: DraftMedia): Promise<Hosted>;
  /** What the network shows of a post that is out. Left out where the answer to `send` tells. */
  readBack?(session: Session, draft: Draft, remoteId: string): Promise<ReadBack>;
};
