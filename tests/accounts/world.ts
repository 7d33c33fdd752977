import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { AccountFact, AccountsDeps } from '../../electron/accounts/deps.ts';
import { createAccounts, openKeyVault } from '../../electron/accounts/index.ts';
import { createAccountStates } from '../../electron/store/account-state.ts';
import { writeDurably } from '../../electron/store/durable-file.ts';
import { createSecretsFile } from '../../electron/store/secrets-file.ts';
import { type Account, configSchema } from '../../shared/index.ts';
import { handClock } from '../support/clock.ts';
import { openCopied } from '../support/database.ts';

/** The module on real files in `home`: database, secrets.json, key file; config.json stands in memory. */
export async function openAccounts(
  home: string,
  options: Partial<AccountsDeps> & { accounts?: Account[] } = {},
) {
  const clock = handClock();
  const log = () => undefined;
  const database = openCopied(join(home, 'belfry.db'));
  onTestFinished(() => database.close());
  let config = configSchema.parse({ accounts: options.accounts ?? [] });
  const facts: AccountFact[] = [];
  const changes = { count: 0 };
  const vault = await openKeyVault({ home, environment: {}, write: writeDurably, knownSecrets: new Set() });
  const knownSecrets = new Set<string>();
  const needs: AccountsDeps = {
    clock,
    log,
    fetch,
    config: {
      current: () => config,
      async change(edit) {
        config = configSchema.parse(edit(config));
        return config;
      },
    },
    states: createAccountStates(database.db),
    secrets: createSecretsFile({ path: join(home, 'secrets.json'), clock, log }),
    knownSecrets,
    vaults: [vault],
    backend: () => 'key-file',
    sending: async () => false,
    version: '0.1.0',
    changed: () => {
      changes.count += 1;
    },
    alert: (fact) => facts.push(fact),
    ...options,
  };
  const accounts = createAccounts(needs);
  onTestFinished(() => accounts.stop());
  return {
    accounts,
    knownSecrets,
    needs,
    clock,
    facts,
    changes,
    config: () => needs.config.current(),
  };
}
