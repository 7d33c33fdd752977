import { BelfryError } from '../../../shared/index.ts';
import { printable } from '../../networks/index.ts';

/** Minutes that a person has for a sign-in. */
export const signInMinutes = 10;

export function unknownSession(): BelfryError {
  return new BelfryError({
    code: 'NOT_FOUND',
    what: 'This sign-in is over',
    where: 'in this engine',
    why: `It ended, was cancelled, or took longer than ${signInMinutes} minutes`,
    remedy: 'Begin it again',
  });
}

export function notNow(status: string): BelfryError {
  return new BelfryError({
    code: 'CONFLICT',
    what: 'The sign-in does not wait for this',
    where: 'in this engine',
    why: `It is at "${status}"`,
    remedy: 'Look at its state, or begin it again',
  });
}

export function tooLate(server: string): BelfryError {
  return new BelfryError({
    code: 'SIGN_IN_NEEDED',
    what: 'Nobody signed in',
    where: server,
    why: `The browser brought no answer within ${signInMinutes} minutes`,
    remedy: 'Begin again; where the browser ends at an error, sign in with a code',
  });
}

export function declined(server: string, said: string): BelfryError {
  return new BelfryError({
    code: 'NETWORK_REFUSED',
    what: 'The sign-in was declined',
    where: server,
    why: `The browser came back with "${printable(said).slice(0, 200)}"`,
    remedy: 'Begin again and let Belfry in',
  });
}

export function withoutCode(): BelfryError {
  return new BelfryError({
    code: 'BAD_INPUT',
    what: 'There is no code in this',
    where: 'in what was pasted',
    why: 'It is neither a code nor an address with a code in it',
    remedy: 'Paste the code that the page shows, or the whole address of the page where the browser ended',
    field: 'code',
  });
}

export function otherSession(): BelfryError {
  return new BelfryError({
    code: 'BAD_INPUT',
    what: 'This answer belongs to another sign-in',
    where: 'in what was pasted',
    why: 'Its state is not the one that this sign-in began with',
    remedy: 'Open the link of this sign-in, and paste the address where that one ends',
    field: 'code',
  });
}

export function otherPerson(handle: string, who: readonly string[], server: string): BelfryError {
  return new BelfryError({
    code: 'CONFLICT',
    what: `The browser signed in as ${who.join(', ')}`,
    where: server,
    why: `The account to be signed in again is ${handle}, and its posts must not go out in another name`,
    remedy: `Sign out there, then sign in as ${handle}; or add the other account beside it`,
  });
}

export function notAmong(wanted: readonly string[]): BelfryError {
  return new BelfryError({
    code: 'BAD_INPUT',
    what: `There is no ${wanted.map((id) => `"${id.slice(0, 100)}"`).join(', ')}`,
    where: 'among the accounts of this sign-in',
    why: 'Only those that it opened can be added',
    remedy: 'Choose by the ids that it lists',
    field: 'accounts',
  });
}

export function portTaken(address: string, cause: unknown): BelfryError {
  return new BelfryError({
    code: 'PORT_IN_USE',
    what: 'The address for the answer cannot be used',
    where: address,
    why: cause instanceof Error ? cause.message : String(cause),
    remedy: 'End the program that holds it, register another redirect URI, or sign in with a code',
    cause,
  });
}
