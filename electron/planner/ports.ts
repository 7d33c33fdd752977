import type {
  Clock,
  Config,
  FireTimes,
  Log,
  Millis,
  Random,
  SeriesGap,
  SeriesInput,
  Trigger,
  WireError,
} from '../../shared/index.ts';
import type { Publisher } from '../publisher/index.ts';

/** A series as stored. */
export type StoredSeries = {
  id: string;
  /** `removing`: its future posts are being withdrawn, then it is deleted. */
  status: 'active' | 'paused' | 'removing';
  definition: SeriesInput & { timezone: string };
  /** Rises with each new definition; posts that were made by an older one are made anew. */
  revision: number;
  /** When it was made: the day from which a rule without `from` counts. */
  anchor: Millis;
  /** Every post of the rule up to this instant was handled. */
  cursor: Millis;
  /** How many those are. */
  handled: number;
  /** Why its next post could not be made. */
  problem: WireError | null;
};

/** What is known of one post of a series; a post of the rule without such a line is still to be made. */
export type StoredOccurrence = {
  /** When the rule wants it. */
  at: Millis;
  state: 'made' | 'skipped';
  /** The post that was made; null when none was, or it was withdrawn. */
  postId: string | null;
  /** The series' revision that made it. */
  revision: number;
  /** What the post was when it was made; another one means that the user edited it. */
  fingerprint: string | null;
};

/** How a series moves on: `cursor` from the expected one, with what was not made on the way. */
export type Advance = {
  expected: Millis;
  cursor: Millis;
  handled: number;
  gap: (Omit<SeriesGap, 'at' | 'first' | 'last'> & { first: Millis; last: Millis }) | null;
};

/** Where series are kept; implemented by the store. Every change is durable when its promise resolves. */
export type SeriesLedger = {
  /** Oldest first. */
  list(): Promise<StoredSeries[]>;
  get(id: string): Promise<StoredSeries | undefined>;
  add(series: StoredSeries): Promise<void>;
  /** Changes some of a series; nothing when it is gone. */
  change(
    id: string,
    change: Partial<Omit<StoredSeries, 'id' | 'anchor' | 'cursor' | 'handled'>>,
  ): Promise<void>;
  /** Moves the cursor on and stores the gap, together; false when the cursor was not the expected one. */
  advance(id: string, advance: Advance, at: Millis): Promise<boolean>;
  remove(id: string): Promise<void>;
  /** What is known of the posts of a series from `from` on, by time. */
  occurrences(id: string, from: Millis): Promise<StoredOccurrence[]>;
  /** The newest ones before `before`, by time. */
  pastOccurrences(id: string, before: Millis, limit: number): Promise<StoredOccurrence[]>;
  put(id: string, occurrence: StoredOccurrence): Promise<void>;
  forget(id: string, at: Millis): Promise<void>;
  /** Newest first. */
  gaps(id: string, limit: number): Promise<SeriesGap[]>;
};

/** What the planner uses of the publisher. */
export type Posts = Pick<
  Publisher,
  'add' | 'check' | 'get' | 'getAll' | 'history' | 'cancel' | 'move' | 'withdraw' | 'waiting' | 'reschedule'
>;

export type PlannerDeps = {
  clock: Clock;
  random: Random;
  log: Log;
  ledger: SeriesLedger;
  posts: Posts;
  config(): Pick<Config, 'queues' | 'texts' | 'hashtags'>;
  /** Whether Belfry has this account. */
  hasAccount(id: string): boolean;
  /** A post later than this is not made any more. */
  lateLimitHours(): number;
  /** IANA zone of queues and series without one. */
  defaultTimezone(): string;
  /** Fire times of triggers, by the rules that jobs have. Throws BAD_INPUT for triggers that mean nothing. */
  fireTimes(query: {
    triggers: readonly Trigger[];
    timezone: string;
    anchor: Millis;
    from: Millis;
    /** None after it. */
    until: Millis;
    count: number;
  }): FireTimes;
  /** Folder in which a series keeps copies of its media. */
  mediaFolder: string;
  /** False while a restored database waits for the user's confirmation: then no file counts as unneeded. */
  isCertain(): Promise<boolean>;
  /** A series changed. */
  changed(): void;
};
