import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { networks } from '../../shared/index.ts';
import {
  type FakeNetwork,
  type Fault,
  html502,
  lostAnswer,
  lostRequest,
  type ModelName,
  models,
  startFakeNetwork,
} from '../support/fake-networks/index.ts';
import type { ChildTask } from '../support/publish-child.ts';
import {
  bundlePublisher,
  countStatuses,
  readTrace,
  type SeedPost,
  seedPosts,
  startPublisher,
} from '../support/publish-process.ts';

/** Every boundary between two steps of publishing; at each one a real process is killed with SIGKILL. */
const points = [
  'before storing prepared',
  'after storing prepared',
  'before look',
  'after look',
  'before upload',
  'after upload',
  'before storing sending',
  'after storing sending',
  'before publish',
  'after publish',
  'before storing published',
  'after storing published',
  'before storing unknown',
  'after storing unknown',
];

let bundle: Awaited<ReturnType<typeof bundlePublisher>>;
beforeAll(async () => {
  bundle = await bundlePublisher();
});
afterAll(() => bundle.remove());

describe.concurrent('killed at every step', () => {
  test.each(Object.keys(models) as ModelName[])(
    '%s: nothing is lost and nothing is doubled',
    async (model) => {
      const network = await startFakeNetwork(model);
      // Not temporaryHome: with concurrent tests its clean-up can come at the end of another one.
      const home = mkdtempSync(join(tmpdir(), 'belfry-test-'));
      const trace = join(home, 'trace.txt');
      network.faults.rule = everyThird([lostAnswer, lostRequest, html502(true)]);
      const sent: SeedPost[] = [];
      let killed = 0;
      for (const killAt of points) {
        let died = false;
        for (let round = 0; round < 6 && !died; round += 1) {
          const more = somePosts(model, sent.length);
          sent.push(...more);
          await seedPosts(home, more);
          const { signal, code } = await startPublisher(
            bundle.file,
            task(network, model, home, killAt, trace),
          ).ended;
          died = signal === 'SIGKILL';
          if (!died) expect(code).toBe(0);
        }
        expect(died, `${killAt} was never reached`).toBe(true);
        killed += 1;
      }
      expect(await startPublisher(bundle.file, task(network, model, home, null, trace)).ended).toEqual({
        code: 0,
        signal: null,
      });
      expect(killed).toBe(points.length);
      expect([...readTrace(trace)].sort()).toEqual(expect.arrayContaining([...points].sort()));
      expect(network.world.visible.map(({ text }) => text).sort()).toEqual(
        sent
          .flatMap(({ text, thread = [], comment }) => [text, ...thread, ...(comment ? [comment] : [])])
          .sort(),
      );
      expect(await countStatuses(home)).toEqual({ published: sent.length });
      await network.close();
      rmSync(home, { recursive: true, force: true });
    },
    60_000,
  );
});

/** Two posts with a picture, one of them with a second part and a first comment. */
function somePosts(model: ModelName, count: number): SeedPost[] {
  const account = 'fake';
  const picture = true;
  const thread = models[model].api === 'mastodon';
  return [
    { text: `${model} ${count}`, account, picture },
    {
      text: `${model} ${count + 1}`,
      account,
      picture,
      comment: `${model} ${count + 1} is commented on`,
      ...(thread ? { thread: [`${model} ${count + 1} goes on`] } : {}),
    },
  ];
}

function everyThird(faults: readonly Fault[]): FakeNetwork['faults']['rule'] {
  let count = 0;
  return (route) => {
    if (route !== 'post') return undefined;
    count += 1;
    return count % 3 === 0 ? faults[(count / 3) % faults.length] : undefined;
  };
}

function task(
  network: FakeNetwork,
  model: ModelName,
  home: string,
  killAt: string | null,
  trace: string,
): ChildTask {
  const kind = networks.find((network) => network === model) ?? 'mastodon';
  const account = {
    id: 'fake',
    network: kind,
    server: network.address,
    remoteId: network.account,
    token: network.token,
  };
  return { home, settleSeconds: 0.05, requestTimeoutMs: 5000, accounts: [account], killAt, trace };
}
