// A pretended network in a process of its own, so that its work is not measured with ours. Prints its address.
import { noRates, slowAnswer, startFakeNetwork } from '../support/fake-networks/index.ts';

const delay = Number(process.argv[2] ?? 0);
const network = await startFakeNetwork('mastodon-4.5', { rates: noRates });
for (let account = 0; account < 10; account += 1)
  network.world.tokens.set(`token-${account}`, { account: `${account}`, write: true });
if (delay > 0) network.faults.rule = (route) => (route === 'post' ? slowAnswer(delay) : undefined);
process.send?.(network.address);
process.on('disconnect', () => process.exit(0));
