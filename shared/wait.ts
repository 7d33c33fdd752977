import { z } from 'zod';
import { instantSchema } from './basics.ts';

/** Whether the posts of an account keep their order: with `strict`, one that has to wait holds all behind it. */
export const accountOrders = ['independent', 'strict'] as const;
export type AccountOrder = (typeof accountOrders)[number];

/**
 * Why a post is put off until an instant: a failure (`back-off`), or a file that is not ready on the network (`media`).
 * All others hold every post of the account: an outcome that is not known yet (`look-up`: what is sent meanwhile could be
 * taken for it), a server that cannot be reached (`offline`) or is in trouble (`server`), its `rate-limit`, and the
 * `spacing` of late posts.
 */
export const holds = ['back-off', 'look-up', 'media', 'offline', 'server', 'rate-limit', 'spacing'] as const;
export type Hold = (typeof holds)[number];

/** Those that hold every post of the account. */
export const accountHolds = [
  'look-up',
  'offline',
  'server',
  'rate-limit',
  'spacing',
] as const satisfies readonly Hold[];
export type AccountHold = (typeof accountHolds)[number];

/** Whether other posts of the account have to wait as well. */
export function holdsAccount(hold: Hold | null | undefined): boolean {
  return accountHolds.some((one) => one === hold);
}

/**
 * What a post on its way to an account waits for, besides its time: until an instant, for a sign-in, a secret that this
 * machine cannot open now (`vault`), a confirmation (restored database), the scheduler (paused) or the publishing job
 * (switched off), for a post before it (strict order), or just for its turn.
 */
export const waitSchema = z.discriminatedUnion('for', [
  z.strictObject({
    for: z.enum(holds),
    until: instantSchema,
    /** The post that this is about, when it is another one. */
    post: z.string().optional(),
  }),
  z.strictObject({ for: z.literal('order'), post: z.string() }),
  z.strictObject({
    for: z.enum(['sign-in', 'moved', 'vault', 'confirmation', 'scheduler', 'publish-job', 'turn']),
  }),
]);
export type Wait = z.infer<typeof waitSchema>;

/** Posts of an account that are due and wait for one and the same. */
export const overdueSchema = z.strictObject({
  account: z.string(),
  waits: waitSchema,
  posts: z.int(),
  /** When the first of them was due. */
  since: instantSchema,
});
export type Overdue = z.infer<typeof overdueSchema>;

/** Whether it is its account that a post waits for: that stands in every list of accounts. */
export function isAccountsOwn(wait: Wait): boolean {
  return wait.for === 'sign-in' || wait.for === 'moved' || wait.for === 'vault';
}

/** What a post waits for, as the end of a sentence; `when` puts an instant into words. */
export function waitText(wait: Wait, when: (instant: string) => string): string {
  switch (wait.for) {
    case 'back-off':
      return `the next try after a failure, ${when(wait.until)}`;
    case 'look-up':
      return `a look whether ${wait.post ? `post ${wait.post}` : 'it'} is out, as no answer came; next look ${when(wait.until)}`;
    case 'media':
      return `its media to be ready on the network; next look ${when(wait.until)}`;
    case 'offline':
      return `the server, which cannot be reached; next try ${when(wait.until)}`;
    case 'server':
      return `the server, which is in trouble; next try ${when(wait.until)}`;
    case 'rate-limit':
      return `the end of the server's rate limit, ${when(wait.until)}`;
    case 'spacing':
      return `the space between late posts, which ends ${when(wait.until)}`;
    case 'order':
      return `post ${wait.post} before it, as the account keeps the order`;
    case 'sign-in':
      return 'a sign-in to its account';
    case 'moved':
      return 'the new address of its server to be taken (belfry accounts)';
    case 'vault':
      return 'the secret of its account, which cannot be read now';
    case 'confirmation':
      return 'your confirmation that publishing may go on';
    case 'scheduler':
      return 'the scheduler, which is paused';
    case 'publish-job':
      return 'the job publish_due_posts, which is disabled';
    case 'turn':
      return 'its turn';
  }
}
