import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BelfryError, parse, postInputSchema, type TargetStatus, toInstant } from '../../shared/index.ts';
import { answer, type Fault, html502, lostAnswer, lostRequest } from '../support/fake-networks/index.ts';
import { createStage, type Stage } from '../support/publishing.ts';

const accounts = ['mastodon-4-5', 'gotosocial'];
const hour = 3_600_000;

/** The rules as they are meant, written down once more: where a target may go by itself, and by hand. */
const byItself: Record<TargetStatus, readonly TargetStatus[]> = {
  draft: [],
  queued: ['sending', 'failed', 'missed', 'published', 'unconfirmed'],
  sending: ['published', 'failed', 'queued', 'unconfirmed'],
  published: [],
  failed: [],
  unconfirmed: ['published', 'failed'],
  missed: [],
  cancelled: [],
};

type Where = { status: TargetStatus; onlyComment: boolean };
type Model = (all: readonly Where[]) => (TargetStatus | null)[];
const each =
  (rule: (one: Where) => TargetStatus | null): Model =>
  (all) =>
    all.map(rule);
const is = ({ status }: Where, ...some: TargetStatus[]) => some.includes(status);

/** What each command does to every target; null where it does nothing. */
const byHand: Record<'cancel' | 'retry' | 'publish' | 'move' | 'away' | 'edit', Model> = {
  cancel: each((one) =>
    is(one, 'queued') && one.onlyComment
      ? 'published'
      : is(one, 'draft', 'queued', 'failed', 'missed')
        ? 'cancelled'
        : null,
  ),
  retry: each((one) => (is(one, 'failed', 'missed') ? 'queued' : null)),
  publish: each((one) => (is(one, 'draft', 'queued', 'missed', 'cancelled') ? 'queued' : null)),
  move: (all) => {
    const open: TargetStatus[] = ['draft', 'queued', 'failed', 'missed'];
    const wanted: TargetStatus[] = all.some((one) => is(one, ...open)) ? open : ['cancelled'];
    return all.map((one) => (is(one, ...wanted) ? 'queued' : null));
  },
  away: each((one) => (is(one, 'draft', 'queued') ? 'draft' : null)),
  edit: (all) => {
    if (all.some((one) => is(one, 'sending', 'unconfirmed'))) return all.map(() => null);
    if (all.every((one) => is(one, 'published'))) return all.map(() => null);
    const revive = all.every((one) => is(one, 'cancelled', 'published'));
    return all.map((one) =>
      is(one, 'published') || (is(one, 'cancelled') && !revive) ? one.status : 'queued',
    );
  },
};

const faults: readonly (Fault | undefined)[] = [
  undefined,
  lostAnswer,
  lostRequest,
  html502(true),
  answer(422, { error: 'no' }),
  answer(500, ''),
  answer(429, ''),
  answer(401, { error: 'revoked' }),
];
const fault = fc.constantFrom(...faults);
const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('beat' as const), faults: fc.array(fault, { maxLength: 4 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('wait' as const), minutes: fc.constantFrom(1, 2, 90, 26 * 60) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('sign-in' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('settle' as const), post: fc.nat(2), account: fc.nat(1) }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constantFrom(...(Object.keys(byHand) as (keyof typeof byHand)[])),
      post: fc.nat(2),
    }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;
const shape = fc.record({ thread: fc.boolean(), comment: fc.boolean(), draft: fc.boolean() });

test('whatever is done and whatever happens: only steps of the table, by hand exactly those of the rules, nothing twice', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(shape, { minLength: 1, maxLength: 3 }),
      fc.array(step, { minLength: 5, maxLength: 25 }),
      play,
    ),
    { numRuns: 15 },
  );
}, 60_000);

async function play(
  shapes: readonly { thread: boolean; comment: boolean; draft: boolean }[],
  steps: readonly Step[],
): Promise<void> {
  const switches = { paused: true };
  const stage = await createStage({
    models: ['mastodon-4.5', 'gotosocial'],
    // Commands start sending at once; here nothing is sent but by a beat.
    needs: { publishingPaused: async () => switches.paused },
  });
  const drafts = shapes.map(({ thread, comment, draft }, index) => ({
    text: `post ${index}`,
    accounts,
    ...(draft ? { publishAt: null } : {}),
    ...(thread ? { thread: [{ text: `part ${index}` }] } : {}),
    ...(comment ? { firstComment: `comment ${index}` } : {}),
  }));
  const posts = [];
  for (const draft of drafts) posts.push(await stage.add(draft));

  for (const [index, one] of steps.entries()) {
    const post = 'post' in one ? posts[one.post % posts.length] : undefined;
    if (one.do === 'wait') await stage.clock.advance(one.minutes * 60_000);
    else if (one.do === 'sign-in') stage.statuses.clear();
    else if (one.do === 'beat') await beat(stage, switches, posts, one.faults);
    else if (one.do === 'settle') {
      const account = accounts[one.account] ?? '';
      if (post) await settle(stage, post.id, account);
    } else if (post) {
      // A time that no post had before: an edit that changes none leaves failed and cancelled targets as they are.
      const publishAt = toInstant(stage.clock.now() + hour + index);
      const draft = drafts[posts.indexOf(post)] ?? { accounts };
      await command(stage, post.id, one.do, { ...draft, publishAt });
    }
  }
  stage.statuses.clear();
  switches.paused = false;
  await stage.untilQuiet(96);
  for (const { id } of posts)
    for (const { status } of (await stage.publisher.get(id))?.targets ?? [])
      expect(['queued', 'sending']).not.toContain(status);
  for (const { world } of stage.networks.values()) {
    const texts = world.visible.map(({ text }) => text);
    expect(new Set(texts).size).toBe(texts.length);
  }
}

async function beat(
  stage: Stage,
  switches: { paused: boolean },
  posts: readonly { id: string }[],
  given: readonly (Fault | undefined)[],
): Promise<void> {
  const before = await Promise.all(posts.map(({ id }) => wheres(stage, id)));
  const read = await Promise.all(posts.map(async ({ id }) => (await stage.publisher.history(id)).length));
  const waiting = [...given];
  for (const network of stage.networks.values())
    network.faults.rule = (route) => (route === 'post' ? waiting.shift() : undefined);
  switches.paused = false;
  await stage.patientBeat();
  switches.paused = true;
  for (const network of stage.networks.values()) network.faults.rule = () => undefined;
  for (const [index, { id }] of posts.entries()) {
    const lines = (await stage.publisher.history(id)).slice(read[index]);
    const after = await wheres(stage, id);
    for (const [place, account] of accounts.entries()) {
      const way = [
        before[index]?.[place]?.status,
        ...lines.filter((line) => line.account === account).map(({ status }) => status),
      ];
      const last = after[place]?.status;
      for (const [from, to] of pairs([...way, last]))
        expect(from === to || byItself[from].includes(to), `${account}: ${way.join(' > ')} > ${last}`).toBe(
          true,
        );
    }
  }
}

async function command(
  stage: Stage,
  id: string,
  name: keyof typeof byHand,
  input: Parameters<Stage['add']>[0],
): Promise<void> {
  const before = await wheres(stage, id);
  const wanted = byHand[name](before);
  const at = stage.clock.now() + hour;
  const { publisher } = stage;
  const run = {
    cancel: () => publisher.cancel(id),
    retry: () => publisher.retry(id),
    publish: () => publisher.publish(id),
    move: () => publisher.move(id, at),
    away: () => publisher.move(id, null),
    edit: () => publisher.edit(id, parse(postInputSchema, input, 'a test')),
  }[name];
  const failed = await run().then(
    () => undefined,
    (error: unknown) => error,
  );
  const isPossible = wanted.some((status) => status !== null);
  if (failed !== undefined && !(failed instanceof BelfryError)) throw failed;
  expect(failed?.code, `${name} of ${JSON.stringify(before)}`).toBe(isPossible ? undefined : 'CONFLICT');
  const after = (await wheres(stage, id)).map(({ status }) => status);
  expect(after, `${name} of ${JSON.stringify(before)}`).toEqual(
    before.map(({ status }, place) => wanted[place] ?? status),
  );
}

/** The user looks at the account and says what is there. */
async function settle(stage: Stage, id: string, account: string): Promise<void> {
  const work = await stage.ledger.work(id, account);
  if (work?.target.status !== 'unconfirmed') {
    await expect(stage.publisher.settle({ id, account, published: true })).rejects.toMatchObject({
      code: 'CONFLICT',
    });
    return;
  }
  const parts = [work.post.text, ...work.post.thread];
  const part = work.attempts.find(({ state }) => state !== 'published' && state !== 'prepared')?.part ?? 0;
  const published =
    stage.networks.get(account)?.world.visible.some(({ text }) => text === parts[part]) ?? false;
  const { targets } = await stage.publisher.settle({ id, account, published });
  const status = targets.find((target) => target.account === account)?.status;
  expect(published ? ['published', 'queued', 'failed'] : ['queued']).toContain(status);
}

async function wheres(stage: Stage, id: string): Promise<Where[]> {
  const works = await Promise.all(accounts.map((account) => stage.ledger.work(id, account)));
  return works.flatMap((work) => {
    if (!work) return [];
    const out = work.attempts.filter(({ state }) => state === 'published').length;
    const hasComment = work.post.firstComment !== null;
    return [{ status: work.target.status, onlyComment: hasComment && out === 1 + work.post.thread.length }];
  });
}

function pairs(way: readonly (TargetStatus | undefined)[]): [TargetStatus, TargetStatus][] {
  return way.slice(1).flatMap((to, index) => {
    const from = way[index];
    return from && to ? [[from, to] as [TargetStatus, TargetStatus]] : [];
  });
}
