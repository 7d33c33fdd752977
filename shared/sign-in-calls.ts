import { z } from 'zod';
import { metaAppViewSchema, reconnectInputSchema, signInInputSchema, signInViewSchema } from './sign-in.ts';

const bySession = z.strictObject({ session: z.string().min(1) });

/** Calls about signing in; `accounts.changed` announces every step of it. */
export const signInContract = {
  /** Begins a sign-in with the user's browser. */
  'accounts.signIn': { in: signInInputSchema, out: signInViewSchema },
  /** The same for an account that is there: another person's sign-in is refused. */
  'accounts.reconnect': { in: reconnectInputSchema, out: signInViewSchema },
  'accounts.signInState': { in: bySession, out: signInViewSchema },
  /** What the user brought from the browser: the code, or the address where it ended. */
  'accounts.finishSignIn': {
    in: bySession.extend({
      code: z.string().trim().min(1, 'must not be empty').max(8192, 'must have at most 8192 characters'),
    }),
    out: signInViewSchema,
  },
  /** Which of the accounts that the sign-in opened are to be added, by their ids on the network. */
  'accounts.choose': {
    in: bySession.extend({ accounts: z.array(z.string().min(1)).min(1, 'must name at least one') }),
    out: signInViewSchema,
  },
  'accounts.cancelSignIn': { in: bySession, out: z.strictObject({}) },
  /** Apps at Meta that are kept here, so that their secret is not asked for again. */
  'accounts.apps': { in: z.strictObject({}), out: z.array(metaAppViewSchema) },
} as const;

export const signInReadingCalls = ['accounts.signInState', 'accounts.apps'] as const;
