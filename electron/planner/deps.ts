import type { Clock, Config, FireTimes, Log, Millis, Random, Trigger } from '../../shared/index.ts';
import type { Publisher } from '../publisher/index.ts';
import type { SeriesLedger } from '../store/index.ts';

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
