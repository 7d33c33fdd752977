import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { networks } from '../../shared/index.ts';
import {
  type FakeNetwork,
  html502,
  lateEffect,
  lostAnswer,
  lostRequest,
  type ModelName,
  models,
  noRates,
  slowAnswer,
  startFakeNetwork,
} from '../support/fake-networks/index.ts';
import type { ChildTask } from '../support/publish-child.ts';
import {
  bundlePublisher,
  countStatuses,
  type SeedPost,
  seedPosts,
  startPublisher,
} from '../support/publish-process.ts';
import { seededRandom } from '../support/random.ts';

/** The proof of "never twice, never lost": 240 kills at random instants over 2,400 posts, six kinds of server. */
const kinds: [string, ModelName][] = [
  ['remembers keys', 'mastodon-4.5'],
  ['ignores keys', 'gotosocial'],
  ['refuses repeated keys', 'pixelfed'],
  ['replays errors', 'pleroma'],
  ['publishes containers', 'instagram'],
  ['lists nothing private', 'small'],
];
const postsEach = 400;
const killsEach = 40;
const accounts = ['one', 'two', 'three', 'four'];
const settleSeconds = 0.15;

let bundle: Awaited<ReturnType<typeof bundlePublisher>>;
beforeAll(async () => {
  bundle = await bundlePublisher();
});
afterAll(() => bundle.remove());

describe.concurrent('240 kills over 2,400 posts', () => {
  test.each(kinds)(
    'a server that %s: 0 lost, 0 doubled, 0 stuck',
    async (_, model) => {
      const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
      const random = seededRandom(seed + model.length);
      const network = await startFakeNetwork(model, { rates: noRates });
      const home = mkdtempSync(join(tmpdir(), 'belfry-test-'));
      for (const account of accounts) network.world.tokens.set(`token-${account}`, { account, write: true });
      network.faults.rule = (route) => (route === 'post' ? mishap(random.next()) : undefined);
      let kills = 0;
      let added = 0;
      for (let round = 0; kills < killsEach; round += 1) {
        expect(round, `seed ${seed}: too few processes live long enough to be killed`).toBeLessThan(
          killsEach * 4,
        );
        const more = added < postsEach ? postsEach / killsEach : 0;
        await seedPosts(
          home,
          Array.from({ length: more }, (_, index) => onePost(model, added + index)),
        );
        added += more;
        const child = startPublisher(bundle.file, task(network, model, home));
        killAtRandom(network, random.next, () => child.process.kill('SIGKILL'));
        if ((await child.ended).signal === 'SIGKILL') kills += 1;
      }
      network.arrived = () => undefined;
      expect(await startPublisher(bundle.file, task(network, model, home)).ended).toEqual({
        code: 0,
        signal: null,
      });
      const seen = new Map<string, number>();
      for (const { text } of network.world.visible) seen.set(text, (seen.get(text) ?? 0) + 1);
      const all = Array.from({ length: added }, (_, index) => onePost(model, index).text);
      const statuses = await countStatuses(home);
      // Where nobody can see whether a private post is out, its owner is asked: neither lost in silence nor doubled.
      const asked = model === 'small' ? (statuses['unconfirmed'] ?? 0) : 0;
      const unseen = all.filter((text, index) => !seen.has(text) && !(asked > 0 && isPrivate(model, index)));
      const result = {
        lost: unseen,
        doubled: [...seen].filter(([, count]) => count > 1),
        statuses: { ...statuses, published: (statuses['published'] ?? 0) + asked, unconfirmed: 0 },
      };
      console.info(`${model}, seed ${seed}: ${kills} kills, ${added} posts, ${asked} asked about`);
      expect(result, `seed ${seed}`).toEqual({
        lost: [],
        doubled: [],
        statuses: { published: postsEach, unconfirmed: 0 },
      });
      expect(all.length - seen.size, `seed ${seed}`).toBeLessThanOrEqual(asked);
      await network.close();
      rmSync(home, { recursive: true, force: true });
    },
    1_800_000,
  );
});

/** After a random number of requests, and a moment more, the process dies. */
function killAtRandom(network: FakeNetwork, next: () => number, kill: () => void): void {
  let left = 1 + Math.floor(next() * 40);
  network.arrived = () => {
    left -= 1;
    if (left === 0) setTimeout(kill, next() * 12);
  };
}

/** Most requests are answered; some answers are lost, after the effect or before it, and some effects come late. */
function mishap(jitter: number) {
  if (jitter < 0.05) return lostAnswer;
  if (jitter < 0.09) return lostRequest;
  if (jitter < 0.12) return html502(jitter < 0.105);
  if (jitter < 0.16) return lateEffect(5 + jitter * 300);
  return jitter < 0.6 ? slowAnswer(jitter * 10) : undefined;
}

function onePost(model: ModelName, index: number): SeedPost {
  const account = accounts[index % accounts.length] ?? '';
  return {
    text: `${model} number ${index}, and some words`,
    account,
    picture: !models[model].textOnly || index % 3 === 0,
    ...(isPrivate(model, index) ? { visibility: 'private' } : {}),
  };
}

function isPrivate(model: ModelName, index: number): boolean {
  return model === 'small' && index % 2 === 1;
}

function task(network: FakeNetwork, model: ModelName, home: string): ChildTask {
  const kind = networks.find((name) => name === model) ?? 'mastodon';
  return {
    home,
    settleSeconds,
    requestTimeoutMs: 5000,
    accounts: accounts.map((id) => ({
      id,
      network: kind,
      server: network.address,
      remoteId: id,
      token: `token-${id}`,
    })),
    killAt: null,
    trace: null,
  };
}
