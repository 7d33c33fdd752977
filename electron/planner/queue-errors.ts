import { BelfryError } from '../../shared/index.ts';

/** What is wrong with an account of a post that asks for a slot. */
export function noSlots(account: string): string {
  return `has no weekly slots; set some, such as: belfry queue set ${account} mon,wed,fri@09:00`;
}

/** NOT_FOUND for a post that waits elsewhere. */
export function notInQueue(account: string, post: string): BelfryError {
  return new BelfryError({
    code: 'NOT_FOUND',
    what: `Post "${post}" is in no slot`,
    where: `in the queue of "${account}"`,
    why: 'It is not queued for one of the weekly slots to come',
    remedy: `See them with: belfry queue list ${account}`,
  });
}

/** CONFLICT for years without a free slot. */
export function full(account: string): BelfryError {
  return new BelfryError({
    code: 'CONFLICT',
    what: 'The queue is full',
    where: `for account "${account}"`,
    why: 'The next 10000 slots are all taken',
    remedy: 'Add slots, or give the post a time of its own',
  });
}

/** CONFLICT for a queue that changes faster than it can be read. */
export function busy(account: string): BelfryError {
  return new BelfryError({
    code: 'CONFLICT',
    what: 'The queue keeps changing',
    where: `for account "${account}"`,
    why: 'Its posts are being worked on at this moment',
    remedy: 'Try again in a moment',
  });
}

/** NOT_FOUND for an account without weekly slots. */
export function noQueue(account: string): BelfryError {
  return new BelfryError({
    code: 'NOT_FOUND',
    what: `The account "${account}" has no queue`,
    where: 'in config.json',
    why: 'No weekly slots are set for it',
    remedy: `Set some, such as: belfry queue set ${account} mon,wed,fri@09:00`,
  });
}
