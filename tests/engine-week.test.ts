import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Alert } from '../electron/alerts/index.ts';
import { createApp } from '../electron/app.ts';
import { type CallInput, type CallName, type CallOutput, type Network, toInstant } from '../shared/index.ts';
import { handClock } from './support/clock.ts';
import {
  type FakeNetwork,
  lostAnswer,
  type ModelName,
  noRates,
  startFakeNetwork,
} from './support/fake-networks/index.ts';
import { temporaryHome } from './support/home.ts';
import { plainHost } from './support/plain-host.ts';
import { seededRandom } from './support/random.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
/** Clocks go forward in New York on 14 March. */
const start = Date.parse('2027-03-10T12:00:00Z');
const end = start + 7 * day;

// What happens in this week; the rules below know nothing else of it.
const night = { from: 4, to: 11 }; // UTC: from 23 h to 6 h in New York
const dead = { from: start + 2.3 * day, to: start + 3.6 * day };
const outage = { from: start + 5 * day, to: start + 5 * day + 6 * hour };
const lateLimit = 24 * hour;

const isAsleep = (at: number) => {
  const utc = new Date(at).getUTCHours();
  return utc >= night.from && utc < night.to;
};

/** One thing that is to be published: by the plans of the person, not by the engine's. */
type Wish = { account: string; text: string; thread: string[]; due: number };

test('an unattended week of the whole engine', { timeout: 600_000 }, async () => {
  const world = await weekWorld();
  const { engine, clock, networks, call, settle } = world;
  const wishes = await plan(world);
  breakNetworks(world);

  const tokens = networks.get('dying')?.world.tokens;
  let token = 'good';
  while (clock.now() < end + 1.5 * day) {
    if (isAsleep(clock.now())) {
      clock.sleep(10 * minute);
      if (!isAsleep(clock.now())) engine.wake('resume');
      continue;
    }
    if (token === 'good' && clock.now() >= dead.from) {
      token = 'dead';
      tokens?.clear();
    }
    if (token === 'dead' && clock.now() >= dead.to) {
      token = 'renewed';
      tokens?.set('fresh-token', { account: networks.get('dying')?.account ?? '', write: true });
      await call('accounts.add', { ...world.address('dying'), token: 'fresh-token' });
    }
    await clock.advance(minute);
    await settle();
    // Where nothing is due for a while, the machine dozes: every minute of a week would take minutes.
    const doze = dozeAt(clock.now(), wishes);
    if (doze > 0) {
      clock.sleep(doze);
      engine.wake('resume');
    }
  }

  await judge(world, wishes);
});

/** What the rules of design §5 say of every wish, by what happened to its account: written without a look at the code. */
async function judge({ call, networks, told }: World, wishes: readonly Wish[]): Promise<void> {
  const posts = await call('posts.list', { limit: 10_000 });
  expect(posts.map(({ text }) => text).sort()).toEqual(wishes.map(({ text }) => text).sort());
  let explained = 0;
  let prompt = 0;
  for (const wish of wishes) {
    const post = posts.find(({ text }) => text === wish.text);
    const history = await call('posts.history', { id: post?.id ?? '' });
    const story = history.map(({ at, status, note }) => `${at} ${status} ${note}`).join('\n');
    const about = `${wish.text}, due ${toInstant(wish.due)}\n${story}`;
    const seen = (networks.get(wish.account)?.world.visible ?? []).filter(({ text }) =>
      [wish.text, ...wish.thread].includes(text),
    );
    const possible = readyFrom(wish.account, wish.due);
    if (possible - wish.due > lateLimit) {
      expect([post?.status, seen.length], about).toEqual(['missed', 0]);
      expect(story, about).toMatch(/missed NEEDS_PERSON: The post was missed, .* posts may be 24 h late/);
      continue;
    }
    expect(post?.status, about).toBe('published');
    // Every part once, in its order, each an answer to the one before.
    expect(
      seen.map(({ text }) => text),
      about,
    ).toEqual([wish.text, ...wish.thread]);
    expect(
      seen.map(({ replyTo }) => replyTo),
      about,
    ).toEqual([null, ...seen.map(({ id }) => id)].slice(0, seen.length));
    const [first] = seen;
    const at = first?.at ?? 0;
    expect(at, about).toBeGreaterThanOrEqual(wish.due);
    expect(at, about).toBeLessThanOrEqual(afterReady(wish.account, possible, patience));
    if (at - wish.due <= 3 * minute) prompt += 1;
    if (at - wish.due <= 6 * minute) continue;
    expect(story, about).toMatch(reasonFor(wish));
    explained += 1;
  }
  const missed = posts.filter(({ status }) => status === 'missed').length;
  expect(posts.filter(({ status }) => status === 'published')).toHaveLength(wishes.length - missed);
  // The week must have been one: all of these have to occur for the test to mean something.
  expect(missed).toBeGreaterThan(1);
  expect(explained).toBeGreaterThan(20);
  expect(prompt).toBeGreaterThan(wishes.length / 2);
  for (const [account, network] of networks) {
    const due = new Map(wishes.map((wish) => [wish.text, wish.due]));
    const order = network.world.visible.flatMap(({ text }) => due.get(text) ?? []);
    expect(order, account).toEqual([...order].sort((a, b) => a - b));
  }
  expect(told.filter(({ page }) => page === 'accounts')).toHaveLength(1);
  const looks = await call('runs.list', { jobId: 'publish_due_posts', limit: 1000 });
  expect(looks.filter(({ status, cause }) => status !== 'success' || cause !== 'event')).toEqual([]);
  // Those that did something, and no others: a week has more than 10,000 minutes.
  expect(looks.length).toBeGreaterThan(50);
  expect(looks.length).toBeLessThan(1000);
  const series = await call('series.list', {});
  expect(series.map(({ status, past }) => [status, past])).toEqual([
    ['ended', 7],
    ['ended', 3],
    ['ended', 7],
  ]);
}

/** Time that the account can work which Belfry may need: back-off of an hour and a fifth, a doze, the posts before it. */
const patience = 2.5 * hour;

function isReady(account: string, at: number): boolean {
  if (isAsleep(at)) return false;
  if (account === 'dying' && at >= dead.from && at < dead.to) return false;
  return !(account === 'failing' && at >= outage.from && at < outage.to);
}

function readyFrom(account: string, from: number): number {
  let at = from;
  while (!isReady(account, at)) at += minute;
  return at;
}

/** The instant at which the account has been able to work for `ms` since `from`. */
function afterReady(account: string, from: number, ms: number): number {
  let at = from;
  for (let left = ms; left > 0; at += minute) if (isReady(account, at)) left -= minute;
  return at;
}

/** What must stand in the history of a post that came late, by what kept it. */
function reasonFor({ account, due }: Wish): RegExp {
  if (account === 'dying' && readyFrom(account, due) === dead.to) return /sign-in|Sign in/;
  if (account === 'failing' && due >= outage.from && due < outage.to) return /refused|503|posts before it/;
  if (isAsleep(due)) return /asleep/;
  return /apart; this one waits|looked up|asleep, or paused|posts before it|No answer|did not answer/;
}

/** How long nothing is due, up to half an hour; 0 while something is or was a moment ago, or a queue has to be caught up with. */
function dozeAt(now: number, wishes: readonly Wish[]): number {
  const isNear = wishes.some(({ due }) => due > now - 3 * minute && due < now + 2 * minute);
  const isBack =
    [dead.to, outage.to].some((at) => now >= at && now < at + hour) || isAsleep(now - 25 * minute);
  if (isNear || isBack) return 0;
  const next = Math.min(...wishes.flatMap(({ due }) => (due > now ? due : [])), now + 32 * minute);
  return Math.max(0, next - now - 2 * minute);
}

/** Posts and threads at any time, two from a weekly queue, and three series. */
async function plan({ call, clock }: World): Promise<Wish[]> {
  const wishes: Wish[] = [];
  const random = seededRandom(20_270_310);
  for (const account of ['dying', 'failing', 'steady']) {
    for (let at = clock.now() + 20 * minute; at < end; at += hour + random.next() * 6 * hour) {
      const due = Math.floor(at / 1000) * 1000;
      // At the very limit a second decides, and which one is nobody's business.
      if (Math.abs(due - (dead.to - lateLimit)) < 30 * minute) continue;
      const text = `${account} ${wishes.length}`;
      const thread = random.next() < 0.2 ? [`${text} goes on`, `${text} ends`] : [];
      wishes.push({ account, text, thread, due });
      const parts = thread.map((part) => ({ text: part }));
      await call('posts.add', {
        post: { text, accounts: [account], publishAt: toInstant(due), thread: parts },
      });
    }
  }
  await call('queue.set', {
    account: 'steady',
    timezone: 'UTC',
    slots: [{ days: ['tue', 'thu'], at: '13:00' }],
  });
  for (const [text, due] of [
    ['queued one', '2027-03-11T13:00:00Z'],
    ['queued two', '2027-03-16T13:00:00Z'],
  ] as const) {
    await call('posts.add', { post: { text, accounts: ['steady'], publishAt: 'next-slot' } });
    wishes.push({ account: 'steady', text, thread: [], due: Date.parse(due) });
  }
  for (const { account, rule, timezone, times } of series) {
    const post = { text: `${account} on {date}`, values: {}, accounts: [account] };
    const until = { at: toInstant(end) };
    await call('series.add', { series: { name: account, rule, timezone, end: until, aheadDays: 2, post } });
    for (const [date, time] of times)
      wishes.push({
        account,
        text: `${account} on ${date}`,
        thread: [],
        due: Date.parse(`${date}T${time}Z`),
      });
  }
  return wishes;
}

const weekdays = ['mon' as const, 'wed' as const, 'fri' as const];
/** Rules, and the days and UTC times at which they mean to post: worked out by hand. */
const series = [
  {
    account: 'steady',
    rule: { type: 'calendar' as const, unit: 'days' as const, at: '08:30' },
    timezone: 'America/New_York',
    times: [
      ['2027-03-10', '13:30'],
      ['2027-03-11', '13:30'],
      ['2027-03-12', '13:30'],
      ['2027-03-13', '13:30'],
      ['2027-03-14', '12:30'],
      ['2027-03-15', '12:30'],
      ['2027-03-16', '12:30'],
    ],
  },
  {
    account: 'failing',
    rule: { type: 'calendar' as const, unit: 'weeks' as const, weekdays, at: '18:00' },
    timezone: 'Europe/Berlin',
    times: [
      ['2027-03-10', '17:00'],
      ['2027-03-12', '17:00'],
      ['2027-03-15', '17:00'],
    ],
  },
  {
    account: 'dying',
    rule: { type: 'calendar' as const, unit: 'days' as const, at: '02:30' },
    timezone: 'America/New_York',
    // On the 14th 02:30 does not exist in New York: the end of the gap is 07:00 UTC.
    times: [
      ['2027-03-11', '07:30'],
      ['2027-03-12', '07:30'],
      ['2027-03-13', '07:30'],
      ['2027-03-14', '07:00'],
      ['2027-03-15', '06:30'],
      ['2027-03-16', '06:30'],
      ['2027-03-17', '06:30'],
    ],
  },
] as const;

/** A server that is down for six hours, and one answer in twenty that is lost after its effect. */
function breakNetworks({ networks, clock }: World): void {
  const lossy = seededRandom(7);
  for (const [account, network] of networks) {
    network.faults.rule = (route) => {
      const isDown = account === 'failing' && clock.now() >= outage.from && clock.now() < outage.to;
      if (isDown) return { kind: 'answer', status: 503, body: '<html>down</html>', effect: false };
      return route === 'post' && lossy.next() < 0.05 ? lostAnswer : undefined;
    };
  }
}

type World = Awaited<ReturnType<typeof weekWorld>>;

/** The whole engine in this process, its clock moved by hand, its networks real servers on loopback. */
async function weekWorld() {
  const clock = handClock(start);
  const home = temporaryHome();
  writeFileSync(
    join(home, 'config.json'),
    JSON.stringify({ settings: { secrets: 'key-file', timezone: 'America/New_York' } }),
  );
  const told: Alert[] = [];
  const calls = countCalls();
  const networks = new Map<string, FakeNetwork>();
  const kinds: [string, ModelName][] = [
    ['dying', 'mastodon-4.5'],
    ['failing', 'gotosocial'],
    ['steady', 'mastodon-4.6'],
  ];
  for (const [id, model] of kinds) {
    const network = await startFakeNetwork(model, { now: clock.now, rates: noRates });
    networks.set(id, network);
    onTestFinished(() => network.close());
  }
  const engine = createApp(plainHost({ home, clock, notify: (alert) => told.push(alert) }));
  await engine.start();
  onTestFinished(() => engine.stop({ drainMs: 0 }));
  const call = async <N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>> => {
    const answer = await engine.call(name, input);
    if (!answer.ok) throw new Error(`${name}: ${answer.error.message}`);
    return answer.value as CallOutput<N>;
  };
  const address = (id: string) => ({
    id,
    network: 'mastodon' as Network,
    server: networks.get(id)?.address ?? '',
  });
  for (const [id, network] of networks) {
    await call('accounts.add', { ...address(id), token: network.token });
    // So that the order in which posts went out can be judged.
    await call('accounts.set', { id, order: 'strict' });
  }
  return { clock, networks, told, engine, call, address, settle: calls.settled };
}

/** Lets requests come to their end; time stands still meanwhile. */
function countCalls() {
  const real = globalThis.fetch;
  let open = 0;
  globalThis.fetch = (...given) => {
    open += 1;
    return real(...given).finally(() => {
      open -= 1;
    });
  };
  onTestFinished(() => {
    globalThis.fetch = real;
  });
  return {
    async settled() {
      for (let quiet = 0; quiet < 3; quiet = open > 0 ? 0 : quiet + 1)
        await new Promise<void>((resolve) => (open > 0 ? setTimeout(resolve, 1) : setImmediate(resolve)));
    },
  };
}
