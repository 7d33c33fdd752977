import {
  type Account,
  BelfryError,
  type MetaApp,
  type SignInView,
  toWireError,
} from '../../../shared/index.ts';
import type { Candidate } from '../../networks/index.ts';
import type { App } from '../apps.ts';
import { otherPerson } from './errors.ts';
import type { Outcome } from './loopback.ts';

/** Of an account that is signed in again, that one only. Throws CONFLICT for another person. */
export function fitting(expected: Account | undefined, found: Candidate[], server: string): Candidate[] {
  // One written into config.json by hand does not say yet who it is.
  if (expected === undefined || expected.remoteId === '') return found;
  const same = found.filter(({ owner }) => owner.remoteId === expected.remoteId);
  if (same.length > 0) return same;
  const who = found.map(({ owner }) => owner.handle);
  throw otherPerson(expected.handle, who, server);
}

/** The person's own app as Belfry keeps it. */
export function appFrom({ id, secret, redirectUri }: MetaApp, origin: string): App {
  return { origin, id, secret, redirectUris: [redirectUri], scopes: '' };
}

/** Anything that was thrown, as an error that a person can read. */
export function asError(thrown: unknown): BelfryError {
  if (thrown instanceof BelfryError) return thrown;
  return new BelfryError({
    code: 'INTERNAL',
    what: 'The sign-in could not be finished',
    where: 'in Belfry',
    why: toWireError(thrown).message,
    remedy: 'Begin again',
    cause: thrown,
  });
}

/** How a sign-in stands, for the page in the browser. */
export function outcomeOf({ status, error, accounts }: SignInView): Outcome {
  const [first] = accounts;
  if (status === 'done' && first)
    return { ok: true, title: `Signed in as ${first.handle}`, text: 'Belfry can publish there now.' };
  if (status === 'choose')
    return { ok: true, title: 'Nearly done', text: 'Choose in Belfry which of your accounts it may use.' };
  const text = error === null ? 'Begin again in Belfry.' : error.message.slice(error.code.length + 2);
  return { ok: false, title: 'Not signed in', text };
}
