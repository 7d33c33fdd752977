import { type Account, BelfryError, unknownId } from '../../shared/index.ts';
import type { Candidate, Owner } from '../networks/index.ts';

/** An error as a sentence for the account's `reason`: its text without the code. */
export function reasonOf(error: BelfryError): string {
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

/** Somebody changed `server` in config.json, by hand or by an import. */
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
