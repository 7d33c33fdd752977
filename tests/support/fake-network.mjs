// npm run fake-network -- --model mastodon-4.5 --port 4040: starts a pretended social network to try Belfry against.
import { parseArgs } from 'node:util';
import { models, startFakeNetwork } from './fake-networks/index.ts';

const { values } = parseArgs({
  options: { model: { type: 'string', default: 'mastodon-4.5' }, port: { type: 'string', default: '4040' } },
});
const model = values.model === 'mastodon' ? 'mastodon-4.5' : values.model;
const port = Number(values.port);
if (!Object.hasOwn(models, model) || !Number.isInteger(port)) {
  console.error(
    `BAD_INPUT: Unknown model or port, on the command line. Models are ${Object.keys(models).join(', ')}; the port is a number. Name one of these.`,
  );
  process.exit(2);
}
const network = await startFakeNetwork(model, { port });
console.log(`Pretended ${model} at ${network.address} (open it to see the timeline)`);
console.log(`Access token: ${network.token}`);
console.log(
  `Add it: belfry accounts add ${model === 'pixelfed' ? 'pixelfed' : 'mastodon'} ${network.address}`,
);
console.log('End with Ctrl+C');
