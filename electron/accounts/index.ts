export { type Accounts, createAccounts } from './accounts.ts';
export { type KeyVault, openKeyVault } from './key-vault.ts';
export type {
  AccountFact,
  AccountGate,
  AccountState,
  AccountStates,
  AccountsNeeds,
  SealedSecret,
  SecretsFile,
  Vault,
} from './ports.ts';
