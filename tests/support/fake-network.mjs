// npm run fake-network -- --model mastodon-4.5 --port 4040: starts a pretended social network to try Belfry against.
import { parseArgs } from 'node:util';
import { fakeMetaApp, models, startFakeNetwork } from './fake-networks/index.ts';

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
const { api } = models[model];
const name = api === 'mastodon' ? (model === 'pixelfed' ? 'pixelfed' : 'mastodon') : api;
if (api === 'mastodon') {
  console.log(`Sign in to it: belfry accounts sign-in ${network.address} --network ${name}`);
} else {
  console.log(
    `Sign in to it: echo ${fakeMetaApp.secret} | belfry accounts sign-in ${network.address} --network ${name} --app-id ${fakeMetaApp.id} --redirect http://127.0.0.1/belfry`,
  );
}
console.log(`Or with a token: echo ${network.token} | belfry accounts add ${name} ${network.address}`);
console.log('End with Ctrl+C');
