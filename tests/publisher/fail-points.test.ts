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
  noRates,
  startFakeNetwork,
} from '../support/fake-networks/index.ts';
import type { Model } from '../support/fake-networks/models.ts';
import type { ChildTask } from '../support/publish-child.ts';
import {
  bundlePublisher,
  countStatuses,
  readTrace,
  type SeedPost,
  seedPosts,
  startPublisher,
} from '../support/publish-process.ts';

/** The steps of publishing, in the order of a post that goes astray; a real process is killed with SIGKILL on both sides of each. */
const everyStep = [
  'read',
  'look',
  'upload',
  'storing prepared',
  'storing sending',
  'publish',
  'storing published',
  'storing unknown',
];
/** What only one kind of network does: Pages make drafts first, and Meta's comments are no posts. */
const moreSteps: Record<Model['api'], string[]> = {
  mastodon: [],
  instagram: ['comment', 'storing compared'],
  facebook: ['draft', 'comment', 'storing compared'],
};
const names = Object.keys(models) as ModelName[];
const stepsOf = (model: ModelName) => [...everyStep, ...moreSteps[models[model].api]];
const pointsOf = (model: ModelName) => stepsOf(model).flatMap((step) => [`before ${step}`, `after ${step}`]);

/** Boundaries at which a process of each model was killed and went on. */
const survived = new Map<ModelName, Set<string>>(names.map((model) => [model, new Set()]));

let bundle: Awaited<ReturnType<typeof bundlePublisher>>;
beforeAll(async () => {
  bundle = await bundlePublisher();
});
afterAll(() => bundle.remove());

describe.concurrent('killed at every step', () => {
  test.each(names)(
    '%s: nothing is lost and nothing is doubled',
    async (model) => {
      const network = await startFakeNetwork(model, { rates: noRates });
      // Not temporaryHome: with concurrent tests its clean-up can come at the end of another one.
      const home = mkdtempSync(join(tmpdir(), 'belfry-test-'));
      const trace = join(home, 'trace.txt');
      network.faults.rule = everyThird([lostAnswer, lostRequest, html502(true)]);
      const sent: SeedPost[] = [];
      for (const killAt of pointsOf(model)) {
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
        survived.get(model)?.add(killAt);
      }
      expect(await startPublisher(bundle.file, task(network, model, home, null, trace)).ended).toEqual({
        code: 0,
        signal: null,
      });
      // A step that the table does not have is a boundary at which nobody was killed.
      expect([...readTrace(trace)].sort()).toEqual(pointsOf(model).sort());
      expect(network.world.visible.map(({ text }) => text).sort()).toEqual(
        sent
          .flatMap(({ text, thread = [], comment }) => [text, ...thread, ...(comment ? [comment] : [])])
          .sort(),
      );
      expect(await countStatuses(home)).toEqual({ published: sent.length });
      await network.close();
      rmSync(home, { recursive: true, force: true });
    },
    1_800_000,
  );
});

test('every boundary was survived by every adapter', () => {
  const steps = [...everyStep, 'draft', 'comment', 'storing compared'];
  const cell = (model: ModelName, step: string) => {
    const done = ['before', 'after'].filter((side) => survived.get(model)?.has(`${side} ${step}`));
    return stepsOf(model).includes(step) ? String(done.length) : '-';
  };
  const rows = steps.map((step) =>
    Object.fromEntries([['step', step], ...names.map((model) => [model, cell(model, step)])]),
  );
  // Kills survived, of two; - for a step that the network does not have.
  console.table(rows);
  for (const model of names)
    expect([...(survived.get(model) ?? [])].sort(), model).toEqual(pointsOf(model).sort());
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
      ...(thread ? { thread: [`${model} ${count + 1} goes on`] } : {}),
      comment: `${model} ${count + 1}, a comment`,
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
