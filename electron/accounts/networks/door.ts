import type { Login, Network } from '../../../shared/index.ts';
import type { App } from '../apps.ts';
import type { Credential } from '../credential.ts';
import type { RequestNeeds } from '../request.ts';

/** Who a token belongs to. `handle` is how people know the account: `@name@server`, `@name`, or a Page's name. */
export type Owner = { remoteId: string; username: string; handle: string };

/** An account that a sign-in opened, with what lets Belfry act for it. */
export type Candidate = { owner: Owner; credential: Credential };

/** Where the browser is to bring its answer: to this machine (at `port`, 0 = any), or nowhere, so that a person brings it. */
export type Wanted =
  | { mode: 'loopback'; host: '127.0.0.1' | 'localhost'; port: number; fixed: boolean; path: string }
  | { mode: 'code' };

/** What a sign-in is about. */
export type Ground = {
  network: Network;
  /** Origin of the server. */
  server: string;
  app: App | undefined;
};

/** What a sign-in begins with, once the place for the answer is known. */
export type Beginning = Ground & {
  /** Address of this machine's listener; null when nobody listens. */
  listening: string | null;
  state: string;
  /** Another account of this server is signed in: the browser must not use its session silently. */
  another: boolean;
  signal: AbortSignal;
};

/** A sign-in that has begun. */
export type Begun = {
  /** For the person's browser. */
  url: string;
  /** Whether the answer will come to the listener. */
  mode: 'loopback' | 'code';
  app: App;
  /** The browser's code to accounts. Throws SIGN_IN_NEEDED for a code that is not taken, NETWORK_*. */
  exchange(code: string, signal: AbortSignal): Promise<Candidate[]>;
};

/** One way to sign in, check, renew and give back tokens. All throw SIGN_IN_NEEDED when the token itself is refused, else NETWORK_*. */
export type NetworkDoor = {
  /** Whose token this is: the accounts that a pasted token opens. */
  open(needs: RequestNeeds, ground: Ground, token: string, signal?: AbortSignal): Promise<Candidate[]>;
  /** Whether the token still works, and for whom. */
  owner(
    needs: RequestNeeds,
    of: { network: Network; server: string; remoteId: string },
    credential: Credential,
    signal?: AbortSignal,
  ): Promise<Owner>;
  /** Whether the token may do what Belfry needs, as far as its network tells. Throws SIGN_IN_NEEDED when it may not. */
  rights(
    needs: RequestNeeds,
    of: { network: Network; server: string; remoteId: string },
    credential: Credential,
    signal?: AbortSignal,
  ): Promise<void>;
  wanted(app: App | undefined): Wanted;
  begin(needs: RequestNeeds, beginning: Beginning): Promise<Begun>;
  /** Throws SIGN_IN_NEEDED when the network will not renew it; the old token may live on. */
  renew?(
    needs: RequestNeeds,
    server: string,
    credential: Credential,
    signal?: AbortSignal,
  ): Promise<Credential>;
  /** Makes the token worthless, where only this account uses it. */
  revoke?(needs: RequestNeeds, server: string, credential: Credential): Promise<void>;
  /** Which of Meta's log-ins it is. */
  login?: Login;
};
