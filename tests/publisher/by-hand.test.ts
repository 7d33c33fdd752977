import { expect, test } from 'vitest';
import { answer, lostAnswer, lostRequest } from '../support/fake-networks/index.ts';
import { createStage, type Stage } from '../support/publishing.ts';

const accounts = ['mastodon-4-5'];

/** A post whose outcome nobody can know: the server took it, lost the answer, and then changed it beyond recognition. */
async function unconfirmed(stage: Stage) {
  stage.network.faults.next('post', lostAnswer);
  const post = await stage.add({ text: 'Something to say, at some length', accounts });
  await stage.beat();
  const [seen] = stage.network.world.visible;
  if (seen) seen.text = 'Something to say, at some other length';
  stage.network.world.model = { ...stage.network.world.model, hasSource: false };
  await stage.clock.advance(60_000);
  await stage.beat();
  return post;
}

test('what cannot be decided is unconfirmed, with the evidence, and does not hold up the account', async () => {
  const stage = await createStage();
  const post = await unconfirmed(stage);
  const [target] = (await stage.publisher.get(post.id))?.targets ?? [];
  expect(target).toMatchObject({ status: 'unconfirmed', error: { code: 'NEEDS_PERSON' } });
  expect(target?.error?.message).toMatch(
    /sent at 2026-11-22T09:00:00.000Z, looked for 1 times\. A similar post is there.*Candidates: https:/,
  );
  expect(stage.told).toMatchObject([{ kind: 'unconfirmed', account: accounts[0] }]);
  expect(await stage.publisher.counts()).toEqual({ queued: 0, needYou: 1 });
  await stage.add({ text: 'Next', accounts });
  await stage.beat();
  expect(stage.network.world.visible).toHaveLength(2);
});

test('a person says that it was published: it is, and is not sent again', async () => {
  const stage = await createStage();
  const { id } = await unconfirmed(stage);
  const view = await stage.publisher.settle({ id, account: accounts[0] ?? '', published: true });
  await stage.untilQuiet();
  expect([view.status, stage.network.world.visible.length]).toEqual(['published', 1]);
});

test('a person says that it was not published: it goes out again, with a new key', async () => {
  const stage = await createStage();
  const { id } = await unconfirmed(stage);
  stage.network.world.visible.pop();
  await stage.publisher.settle({ id, account: accounts[0] ?? '', published: false });
  await stage.untilQuiet();
  expect((await stage.publisher.get(id))?.status).toBe('published');
  expect(stage.network.world.visible).toHaveLength(1);
  const keys = stage.network.requests
    .filter(({ route }) => route === 'post')
    .map(({ asked }) => asked.headers['idempotency-key']);
  expect(new Set(keys).size).toBe(2);
});

test('an unconfirmed post is refused by retry and cancel, and left as it is', async () => {
  const stage = await createStage();
  const { id } = await unconfirmed(stage);
  await expect(stage.publisher.retry(id)).rejects.toMatchObject({ code: 'CONFLICT' });
  await expect(stage.publisher.cancel(id)).rejects.toMatchObject({ code: 'CONFLICT' });
  await expect(stage.publisher.settle({ id, account: 'other', published: true })).rejects.toMatchObject({
    code: 'NOT_FOUND',
  });
  await expect(stage.publisher.retry('nothing')).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

test('an unconfirmed post that turns up later is found without anybody', async () => {
  const stage = await createStage();
  const { id } = await unconfirmed(stage);
  const target = await stage.ledger.work(id, accounts[0] ?? '');
  expect(target?.target.notBefore).toBeNull(); // A similar one was found: only a person can tell.
  const other = await createStage();
  other.network.world.listLagMs = 3 * 3_600_000;
  other.network.faults.next('post', lostAnswer);
  const post = await other.add({ text: 'a', accounts, media: [{ path: other.picture('a.png') }] });
  await other.untilQuiet(1);
  expect((await other.publisher.get(post.id))?.status).toBe('unconfirmed');
  await other.untilQuiet();
  expect((await other.publisher.get(post.id))?.status).toBe('published');
});

test('a post that is sent five times without a usable answer is a matter for a person', async () => {
  const stage = await createStage();
  stage.network.faults.rule = (route) => (route === 'post' ? answer(500, '') : undefined);
  const post = await stage.add({ text: 'a', accounts });
  await stage.untilQuiet(6);
  expect((await stage.publisher.get(post.id))?.status).toBe('unconfirmed');
  expect(stage.network.requests.filter(({ route }) => route === 'post')).toHaveLength(5);
});

test('a repeat that is refused is not taken for a failure: the first one may be there', async () => {
  const stage = await createStage();
  stage.network.faults.next('post', lostRequest, answer(422, { error: 'Media already attached' }));
  const post = await stage.add({ text: 'a', accounts });
  await stage.untilQuiet(6);
  expect((await stage.publisher.get(post.id))?.status).toBe('unconfirmed');
  expect(stage.network.requests.filter(({ route }) => route === 'post')).toHaveLength(2);
});

test('cancelling leaves what is published as it is', async () => {
  const stage = await createStage({ models: ['mastodon-4.5', 'gotosocial'] });
  stage.networks.get('gotosocial')?.faults.next('post', answer(400, { error: 'no' }));
  const post = await stage.add({ text: 'a', accounts: ['mastodon-4-5', 'gotosocial'] });
  await stage.beat();
  const view = await stage.publisher.cancel(post.id);
  expect(view.targets.map(({ status }) => status)).toEqual(['published', 'cancelled']);
  await expect(stage.publisher.cancel(post.id)).rejects.toMatchObject({ code: 'CONFLICT' });
});

test('the history says what happened to a post', async () => {
  const stage = await createStage();
  stage.network.faults.next('post', lostRequest);
  const post = await stage.add({ text: 'a', accounts });
  await stage.untilQuiet();
  expect((await stage.publisher.history(post.id)).map(({ status, note }) => `${status}: ${note}`)).toEqual([
    'sending: Being sent',
    'sending: No answer: other side closed; it will be looked up',
    'sending: Not found yet (look 1)',
    'sending: Looked for 2 times and not found; it is sent again',
    'published: Published',
  ]);
});

test('a moved post goes out at its new time, and one moved away becomes a draft', async () => {
  const stage = await createStage();
  const at = stage.clock.now() + 2 * 3_600_000;
  const post = await stage.add({ text: 'a', accounts });
  const away = await stage.add({ text: 'b', accounts });
  expect((await stage.publisher.move(post.id, at)).publishAt).toBe(new Date(at).toISOString());
  expect(await stage.publisher.move(away.id, null)).toMatchObject({ status: 'draft', publishAt: null });
  await stage.beat();
  expect([stage.network.world.visible, await stage.nextDue()]).toEqual([[], at]);
  await stage.untilQuiet();
  expect(stage.network.world.visible).toMatchObject([{ text: 'a', at }]);
  await expect(stage.publisher.move(post.id, at)).rejects.toMatchObject({ code: 'CONFLICT' });
});

test('a missed post can be moved to another time', async () => {
  const stage = await createStage();
  const post = await stage.addLate({ text: 'a', accounts, publishAt: '2026-11-01T00:00:00Z' });
  await stage.beat();
  expect((await stage.publisher.get(post.id))?.status).toBe('missed');
  await stage.publisher.move(post.id, stage.clock.now() + 60_000);
  await stage.untilQuiet();
  expect((await stage.publisher.get(post.id))?.status).toBe('published');
});
