export { type Accounts, createAccounts } from './accounts.ts';
export type {
  AccountFact,
  AccountGate,
  AccountState,
  AccountStates,
  AccountsDeps,
  SealedSecret,
  SecretsFile,
  Vault,
} from './deps.ts';
export { type KeyVault, openKeyVault } from './key-vault.ts';
