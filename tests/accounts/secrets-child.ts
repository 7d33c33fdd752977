import { createSecretsFile } from '../../electron/store/secrets-file.ts';
import { systemClock } from '../../electron/system.ts';

// Stores record after record, and says of each when it is safe; ends by being killed.
const secrets = createSecretsFile({ path: process.argv[2] ?? '', clock: systemClock, log: () => undefined });
for (let count = Number(process.argv[3]); ; count += 1) {
  await secrets.put(`account-${count % 7}`, { backend: 'key-file', sealed: `${count}-${'x'.repeat(2000)}` });
  process.stdout.write(`${count}\n`);
}
