import { expect, test } from 'vitest';
import { answer } from '../support/fake-networks/index.ts';
import { createStage } from '../support/publishing.ts';

const hour = 3_600_000;

test('hours off line end no post: its pictures go up when the network is back', async () => {
  let isOffLine = true;
  const stage = await createStage({
    models: ['facebook'],
    needs: {
      fetch: (url, init) =>
        isOffLine ? Promise.reject(new TypeError('fetch failed')) : globalThis.fetch(url, init),
    },
  });
  const media = [{ path: stage.picture('a.jpg'), alt: 'A tower' }];
  const { id } = await stage.add({ text: 'With a picture', accounts: ['facebook'], media });
  await stage.untilQuiet(3);
  const waiting = (await stage.publisher.get(id))?.targets[0];
  expect([waiting?.status, waiting?.error?.code]).toEqual(['queued', 'NETWORK_UNREACHABLE']);
  // It says when Belfry tries again, and that is when it does.
  const again = (await stage.ledger.work(id, 'facebook'))?.target.notBefore ?? 0;
  expect(waiting?.error?.message).toContain(`Belfry tries again at ${new Date(again).toISOString()}`);

  // What goes wrong then is counted from its own beginning, not from the tries without a network.
  isOffLine = false;
  stage.network.faults.next('upload', answer(500, { error: { message: 'Try again', code: 2 } }));
  await stage.clock.advance(hour);
  await stage.untilQuiet(3);
  expect((await stage.publisher.get(id))?.status).toBe('published');
  expect(stage.network.world.visible.map(({ text }) => text)).toEqual(['With a picture']);
});
