import { join } from 'node:path';
import { createAccounts, openKeyVault } from '../../electron/accounts/index.ts';
import { writeDurably } from '../../electron/store/durable-file.ts';
import { createSecretsFile } from '../../electron/store/secrets-file.ts';
import { systemClock } from '../../electron/system.ts';
import { type Account, configSchema } from '../../shared/index.ts';

/** Renews the tokens of one account in `home`, and dies at the wish of `dieAt`: `before 1`, `after 1`, … of the writes to secrets.json. */
const [home = '', server = '', dieAt = ''] = process.argv.slice(2);
const account: Account = { id: 'me', network: 'pixelfed', server, handle: '@1001', remoteId: '1001' };
const config = configSchema.parse({ accounts: [account] });
const log = () => {};
const file = createSecretsFile({ path: join(home, 'secrets.json'), clock: systemClock, log });
let writes = 0;
const dieIf = (moment: string) => {
  if (moment === dieAt) process.kill(process.pid, 'SIGKILL');
};
const accounts = createAccounts({
  clock: systemClock,
  log,
  fetch,
  config: { current: () => config, change: async () => config },
  states: { all: async () => [], get: async () => undefined, save: async () => {}, forget: async () => {} },
  secrets: {
    ...file,
    async put(name, secret) {
      writes += 1;
      dieIf(`before ${writes}`);
      await file.put(name, secret);
      dieIf(`after ${writes}`);
    },
  },
  knownSecrets: new Set(),
  vaults: [await openKeyVault({ home, environment: {}, write: writeDurably, knownSecrets: new Set() })],
  backend: () => 'key-file',
  sending: async () => false,
  version: '0.1.0',
  changed: () => {},
  alert: () => {},
});
const { summary } = await accounts.refreshTokens({ signal: new AbortController().signal, say: () => {} });
process.stdout.write(`${summary}\n`);
