import { expect, test } from 'vitest';
import { toInstant } from '../../shared/index.ts';
import { lostAnswer } from '../support/fake-networks/index.ts';
import { createStage } from '../support/publishing.ts';
import { seededRandom } from '../support/random.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

test('an unattended week: nights asleep, a dead token for a day, a server down for six hours', {
  timeout: 120_000,
}, async () => {
  const stage = await createStage({ models: ['mastodon-4.5', 'gotosocial', 'facebook'] });
  const { clock, networks } = stage;
  const start = clock.now();
  const accounts = [...networks.keys()];
  const [dying = '', failing = '', steady = ''] = accounts;
  const random = seededRandom(20_261_122);
  const due = new Map<string, number>();
  for (const account of accounts) {
    for (let at = start + 20 * minute; at < start + 7 * day; at += 2 * hour + random.next() * 3 * hour) {
      const text = `${account} ${due.size}`;
      due.set(text, Math.floor(at));
      const thread = account !== 'facebook' && random.next() < 0.2 ? [{ text: `${text} goes on` }] : [];
      await stage.add({ text, accounts: [account], publishAt: toInstant(Math.floor(at)), thread });
    }
  }
  // The token of the first account dies in the middle of day 3 and is renewed a day later.
  const token = networks.get(dying)?.world.tokens;
  const kept = [...(token ?? [])];
  const happens: { at: number; does(): void }[] = [
    { at: start + 2.5 * day, does: () => token?.clear() },
    {
      at: start + 3.5 * day,
      does: () => {
        for (const [key, value] of kept) token?.set(key, value);
        stage.statuses.set(dying, 'ready');
      },
    },
  ];
  const outage = { from: start + 4 * day + 2 * hour, to: start + 4 * day + 8 * hour };
  const lossy = seededRandom(7);
  for (const [account, network] of networks) {
    network.faults.rule = (route) => {
      const down = account === failing && clock.now() >= outage.from && clock.now() < outage.to;
      if (down) return { kind: 'answer', status: 503, body: '<html>down</html>', effect: false };
      return route === 'post' && lossy.next() < 0.05 ? lostAnswer : undefined;
    };
  }

  // The machine sleeps from 23:00 to 06:00 UTC.
  const isNight = (at: number) => [23, 0, 1, 2, 3, 4, 5].includes(new Date(at).getUTCHours());
  while (clock.now() < start + 8.5 * day) {
    for (const event of happens.filter(({ at }) => at <= clock.now())) {
      event.does();
      happens.splice(happens.indexOf(event), 1);
    }
    if (isNight(clock.now())) {
      clock.sleep(10 * minute);
      continue;
    }
    await stage.patientBeat();
    const next = (await stage.nextDue()) ?? clock.now() + hour;
    await clock.advance(Math.min(Math.max(next - clock.now(), minute), 30 * minute));
  }

  const views = await stage.publisher.list({ limit: 10_000 });
  expect(views).toHaveLength(due.size);
  const seen = accounts.flatMap((account) => networks.get(account)?.world.visible ?? []);
  const times = new Map(seen.map(({ text, at }) => [text, at]));
  const expected = views
    .filter(({ status }) => status === 'published')
    .flatMap(({ text, thread }) => [text, ...thread.map((part) => part.text)]);
  expect(seen.map(({ text }) => text).sort()).toEqual(expected.sort());
  const ends = { published: 0, missed: 0 };
  for (const { id, text, status, targets } of views) {
    const dueAt = due.get(text) ?? 0;
    const account = targets[0]?.account;
    const late = (times.get(text) ?? 0) - dueAt;
    const history = await stage.publisher.history(id);
    if (status === 'published') ends.published += 1;
    if (status === 'published') {
      expect(late, text).toBeGreaterThanOrEqual(0);
      expect(late, text).toBeLessThan(25 * hour);
      // Whoever asks why a post came late gets an answer.
      const notes = history.map(({ note }) => note).join('\n');
      if (late > 6 * minute)
        expect(notes, text).toMatch(/Being sent, .* late(: .*)?|apart; this one waits|looked up/);
    } else {
      expect([status, account], text).toEqual(['missed', dying]);
      expect(targets[0]?.error?.message).toMatch(/^NEEDS_PERSON: The post was missed/);
      ends.missed += 1;
    }
  }
  expect(ends.published).toBeGreaterThan(100);
  expect(stage.told.filter(({ kind }) => kind === 'sign-in')).toEqual([
    expect.objectContaining({ account: dying }),
  ]);
  const order = (account: string) =>
    (networks.get(account)?.world.visible ?? [])
      .filter(({ replyTo }) => replyTo === null)
      .map(({ text }) => due.get(text) ?? 0);
  for (const account of [dying, failing, steady])
    expect(order(account)).toEqual([...order(account)].sort((a, b) => a - b));
});
