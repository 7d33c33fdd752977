import { type Account, BelfryError, unknownId } from '../../shared/index.ts';
import { type Candidate, type Owner, printable } from '../networks/index.ts';

/** An error as a sentence for the account's `reason`: its text without the code. */
export function reasonOf(error: Pick<BelfryError, 'code' | 'message'>): string {
  return error.message.slice(error.code.length + 2);
}

export function unknownAccount(id: string, all: readonly Account[]): BelfryError {
  const known = all.map((account) => account.id);
  return unknownId('account', id, {
    known,
    where: 'in config.json',
    remedy: 'List the accounts for their ids',
  });
}

export function signInFirst(account: Account, reason: string | null): BelfryError {
  return new BelfryError({
    code: 'SIGN_IN_NEEDED',
    what: `The account "${account.id}" needs sign-in`,
    where: account.server,
    why: reason ?? 'Its token was refused',
    remedy: 'Sign in again',
  });
}

/** Someone changed `server` in config.json, by hand or by an import. */
export function otherServer({ id, server }: Pick<Account, 'id' | 'server'>, origin: string): BelfryError {
  return new BelfryError({
    code: 'SIGN_IN_NEEDED',
    what: `The token of "${id}" was given for ${origin}`,
    where: 'in config.json',
    why: `The account is at ${new URL(server).origin} now, and a token is sent to no other server than its own`,
    remedy: `Put the old address back, or sign in at the new one: belfry accounts reconnect ${id}; if both are one server, its token can be taken along: belfry accounts set-server ${id} ${new URL(server).origin}`,
  });
}

export function notMoved(id: string): BelfryError {
  return new BelfryError({
    code: 'BAD_INPUT',
    what: `There is no new address for "${id}"`,
    where: 'in this call',
    why: 'Its server has not named one',
    remedy: `Give it: belfry accounts set-server ${id} https://…`,
    field: 'server',
  });
}

export function otherOwner(account: Account, owner: Owner): BelfryError {
  return new BelfryError({
    code: 'SIGN_IN_NEEDED',
    what: `The token of "${account.id}" belongs to ${owner.handle}`,
    where: account.server,
    why: `The account is ${account.handle} with the id ${account.remoteId}, the token's owner has the id ${owner.remoteId}`,
    remedy: `Sign in again as ${account.handle}`,
  });
}

export function stillSending(id: string): BelfryError {
  return new BelfryError({
    code: 'CONFLICT',
    what: `The account "${id}" cannot be removed now`,
    where: 'among the accounts',
    why: 'A post of it is being sent, and its outcome can be looked up with its token only',
    remedy: 'Wait until the post is published or failed, then try again',
  });
}

export function idTaken(id: string, by: Account): BelfryError {
  return new BelfryError({
    code: 'ALREADY_EXISTS',
    what: `The id "${id}" is taken`,
    where: 'among the accounts',
    why: `It is that of ${by.handle} at ${by.server}`,
    remedy: 'Choose another id',
    field: 'id',
  });
}

export function sameAccount(known: Account, wanted: string): BelfryError {
  return new BelfryError({
    code: 'ALREADY_EXISTS',
    what: `${known.handle} is already there`,
    where: `as the account "${known.id}"`,
    why: `Under a second id "${wanted}" its posts could go out twice`,
    remedy: `Add it as "${known.id}", or without an id, to renew its token`,
    field: 'id',
  });
}

/** One token, several accounts, and no word which. */
export function chooseOne(found: readonly Candidate[], wanted: string | undefined): BelfryError {
  const list = found.map(({ owner: { handle, remoteId } }) => `${handle} (${remoteId})`).join(', ');
  return new BelfryError({
    code: 'BAD_INPUT',
    what:
      wanted === undefined
        ? 'The token opens several accounts'
        : `The token does not open "${wanted.slice(0, 100)}"`,
    where: 'in the account to add',
    why: `It opens ${list}`,
    remedy: 'Name one of them by the id in brackets (--remote-id)',
    field: 'remoteId',
  });
}

export function stillRenewing(error: unknown): BelfryError {
  return new BelfryError({
    code: 'HOME_UNUSABLE',
    what: 'A renewed token could not be stored',
    where: 'in secrets.json',
    why: `Belfry uses it and tries again, and a sign-in is needed if Belfry ends before that works: ${String(error)}`,
    remedy: 'Check the disk and its rights',
    cause: error,
  });
}

/** Minutes that the user has for a sign-in. */
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
    what: 'The sign-in was not completed',
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

export function otherUser(handle: string, who: readonly string[], server: string): BelfryError {
  return new BelfryError({
    code: 'CONFLICT',
    what: `The browser signed in as ${who.join(', ')}`,
    where: server,
    why: `The account to be signed in again is ${handle}, and its posts must not go out under another name`,
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
