import type {
  Account,
  AccountStatus,
  BelfryError,
  Clock,
  Config,
  Log,
  Millis,
  Settings,
} from '../../shared/index.ts';

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
};

/** Where account states are kept; implemented by the store. */
export type AccountStates = {
  all(): Promise<AccountState[]>;
  get(accountId: string): Promise<AccountState | undefined>;
  /** Stores the state whole, replacing an older one. */
  save(state: AccountState): Promise<void>;
  forget(accountId: string): Promise<void>;
};

/** config.json as this room needs it. */
export type AccountsConfig = {
  current(): Config;
  /** Changes config.json as `edit` says and answers what is then in force. */
  change(edit: (config: Config) => Config): Promise<Config>;
};

export type Fetch = (url: string, init?: RequestInit) => Promise<Response>;

export type AccountsNeeds = {
  clock: Clock;
  log: Log;
  fetch: Fetch;
  config: AccountsConfig;
  states: AccountStates;
  secrets: SecretsFile;
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
  /** An account stopped working and only its owner can help; said once until it works again. */
  alert(account: Account, error: BelfryError): void;
};
