import type {
  Account,
  AccountStatus,
  BelfryError,
  Clock,
  Config,
  ConfigInput,
  Log,
  Millis,
  Settings,
} from '../../shared/index.ts';
import type { Fetch } from '../networks/index.ts';

/** Seals and opens texts; `backend` is the tag of its records and equals a value of the setting `secrets`. */
export type Vault = {
  readonly backend: string;
  /** Whether new texts can be sealed on this machine now; the error says why not and what to do. */
  status(): { ok: true } | { ok: false; error: BelfryError };
  /** Text to ciphertext. Throws VAULT_UNAVAILABLE. */
  encrypt(text: string): Promise<string>;
  /** Ciphertext of this vault to text. Throws VAULT_UNAVAILABLE when the key is missing, another one, or the text was changed. */
  decrypt(sealed: string): Promise<string>;
};

/** Ciphertext with the backend that made it. */
export type SealedSecret = { backend: string; sealed: string };

/** Where ciphertext is kept (`secrets.json`); implemented by the store. A change is durable when its promise resolves. */
export type SecretsFile = {
  get(name: string): Promise<SealedSecret | undefined>;
  put(name: string, secret: SealedSecret): Promise<void>;
  /** Removing what is not there is no error. */
  remove(name: string): Promise<void>;
};

/** What was last learned about an account. */
export type AccountState = {
  accountId: string;
  status: AccountStatus;
  reason: string | null;
  tokenExpiresAt: Millis | null;
  /** When a server last confirmed or refused the token. */
  checkedAt: Millis | null;
  /** Origin that its server sends requests to instead; null unless it has `moved`. */
  movedTo: string | null;
};

/** Where account states are kept; implemented by the store. */
export type AccountStates = {
  all(): Promise<AccountState[]>;
  get(accountId: string): Promise<AccountState | undefined>;
  /** Stores the state whole, replacing an older one. */
  save(state: AccountState): Promise<void>;
  forget(accountId: string): Promise<void>;
};

/** config.json as the accounts use it. */
export type AccountsConfig = {
  current(): Config;
  /** Changes config.json as `edit` says and answers what is then in force. */
  change(edit: (raw: ConfigInput) => ConfigInput): Promise<Config>;
};

export type AccountsDeps = {
  clock: Clock;
  log: Log;
  fetch: Fetch;
  config: AccountsConfig;
  states: AccountStates;
  secrets: SecretsFile;
  /** Texts that must never be shown or stored in the clear: every secret is added as soon as it is known. */
  knownSecrets: Set<string>;
  /** Every vault of this host; records are opened by the one whose backend they name. */
  vaults: readonly Vault[];
  /** Backend that new secrets go to. */
  backend(): Settings['secrets'];
  /** True while a post of this account is on its way to the network. */
  sending(accountId: string): Promise<boolean>;
  /** For the User-Agent of requests. */
  version: string;
  /** Something that clients show has changed. */
  changed(): void;
  /** An account stopped working and only its owner can help (said once), or it works again. */
  alert(fact: AccountFact): void;
};

/** What alerts may say about an account; `reason` is a sentence. */
export type AccountFact =
  | { kind: 'account'; accountId: string; handle: string; reason: string }
  /** Its server is at another address, which nothing is sent to before its owner says so. */
  | { kind: 'account-moved'; accountId: string; handle: string; reason: string }
  /** It works, and will stop for want of its owner; may be said again. */
  | { kind: 'account-ending'; accountId: string; handle: string; reason: string }
  | { kind: 'account-ready'; accountId: string };

/** What the publisher needs of accounts. */
export type AccountGate = {
  /** The account of config.json, its `server` an origin. */
  account(id: string): Account | undefined;
  /** What is known of the account now, without asking its server; `unknown` also for one that does not exist. */
  accountStatus(id: string): Promise<AccountStatus>;
  /**
   * The access token, renewed first when it is about to end. Throws NOT_FOUND, SIGN_IN_NEEDED or VAULT_UNAVAILABLE, NETWORK_* when it has
   * ended and its server does not renew it now, and BAD_INPUT for a server that would get it over plain http.
   */
  token(id: string): Promise<string>;
  /** The network refused the token: its queue waits, its owner is alerted once. `reason` is a sentence. */
  signInNeeded(id: string, reason: string): Promise<void>;
  /** The network accepted the token. */
  ready(id: string): Promise<void>;
};
