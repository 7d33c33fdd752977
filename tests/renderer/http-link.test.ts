import { expect, onTestFinished, test } from 'vitest';
import { createApi } from '../../renderer/api/api.ts';
import { reconnectDelay } from '../../renderer/api/back-off.ts';
import { httpLink } from '../../renderer/api/http-link.ts';
import type { Link, LinkState } from '../../renderer/api/link.ts';
import { createSession, takeCode } from '../../renderer/api/session.ts';
import { timer } from '../../renderer/api/timer.ts';
import { type Announcement, lineSplitter } from '../../shared/index.ts';
import { temporaryHome } from '../support/home.ts';
import { type ServedWindow, serveWindow } from '../support/window/serve.ts';
import { world } from '../support/window/world.ts';

async function served(port = 0): Promise<ServedWindow> {
  const window = await serveWindow(world(), temporaryHome(), port);
  onTestFinished(() => window.close());
  return window;
}

function storage() {
  const kept = new Map<string, string>();
  return {
    kept,
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  };
}

/** The link of a browser tab that was opened at `address`; its fetches end with the test. */
function openTab(
  address: string,
  tabStorage = storage(),
  report: (error: unknown) => void = () => expect.fail('a listener threw'),
): Link {
  const ended = new AbortController();
  onTestFinished(() => ended.abort());
  const url = new URL(address);
  const code = takeCode({ hash: url.hash, replace: () => {} });
  const tabFetch: typeof fetch = (input, init) => {
    const signals = [ended.signal, ...(init?.signal ? [init.signal] : [])];
    return fetch(new URL(String(input), url), { ...init, signal: AbortSignal.any(signals) });
  };
  // Reconnecting need not be waited for; the watchdog over silence keeps its time.
  const wait: typeof timer = (ms, callback) => {
    const cancel = timer(ms > 20_000 ? ms : 20, callback);
    ended.signal.addEventListener('abort', cancel);
    return cancel;
  };
  return httpLink({
    fetch: tabFetch,
    session: createSession({ fetch: tabFetch, storage: tabStorage, code }),
    wait,
    report,
  });
}

function become(link: Link, state: LinkState): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (link.state() !== state) return;
      leave();
      resolve();
    };
    const leave = link.watch(look);
    look();
  });
}

test('a link signs in, calls at once, and hears announcements', async () => {
  const engine = await served();
  const tab = openTab(engine.link());
  expect(await tab.call('settings.get', {})).toMatchObject({ ok: true, value: { theme: 'system' } });
  await become(tab, 'open');
  const heard = new Promise<Announcement>((resolve) => tab.subscribe(resolve));
  engine.announcer.announce({ name: 'jobs.changed' });
  expect(await heard).toEqual({ name: 'jobs.changed' });
});

test('a listener that throws is reported, the others hear the news, and the link stays open', async () => {
  const engine = await served();
  const reported: unknown[] = [];
  const tab = openTab(engine.link(), storage(), (error) => reported.push(error));
  await become(tab, 'open');
  const states: LinkState[] = [];
  tab.watch(() => states.push(tab.state()));
  const wrong = new Error('a page has a mistake');
  tab.subscribe(() => {
    throw wrong;
  });
  const heard: Announcement[] = [];
  const second = new Promise<void>((resolve) => {
    tab.subscribe((news) => {
      heard.push(news);
      if (heard.length === 2) resolve();
    });
  });
  engine.announcer.announce({ name: 'jobs.changed' });
  engine.announcer.announce({ name: 'posts.changed' });
  await second;
  expect(reported).toEqual([wrong, wrong]);
  expect(states).toEqual([]);
});

test('an error comes back as a thrown CallError with its code', async () => {
  const engine = await served();
  const api = createApi(openTab(engine.link()));
  await expect(api.call('jobs.get', { id: 'nothing' })).rejects.toMatchObject({
    name: 'CallError',
    code: 'NOT_FOUND',
  });
});

test('a reloaded tab goes on with its token; a used code alone does not open', async () => {
  const engine = await served();
  const link = engine.link();
  const first = storage();
  await become(openTab(link, first), 'open');
  await become(openTab(link, first), 'open');
  await become(openTab(link), 'signed-out');
});

test('a tab without code and token is signed out, and says so to callers', async () => {
  const engine = await served();
  const tab = openTab(`http://127.0.0.1:${engine.port}/`);
  await become(tab, 'signed-out');
  expect(await tab.call('status.get', {})).toMatchObject({ ok: false, error: { code: 'NOT_ALLOWED' } });
});

test('a lost engine is shown as lost; a restarted one asks for a fresh link', async () => {
  const engine = await served();
  const tab = openTab(engine.link());
  await become(tab, 'open');
  await engine.close();
  await become(tab, 'lost');
  expect(await tab.call('status.get', {})).toMatchObject({ ok: false, error: { code: 'NOT_RUNNING' } });
  await served(engine.port);
  await become(tab, 'signed-out');
});

test('pages are told when announcements may have been lost', async () => {
  let state: LinkState = 'connecting';
  let changed = () => {};
  const link: Link = {
    host: 'browser',
    call: async () => ({ ok: true, value: null }),
    media: { direct: false, headers: async () => null, refused: () => {}, pathOf: () => null },
    subscribe: () => () => {},
    state: () => state,
    watch: (listener) => {
      changed = listener;
      return () => {};
    },
    retry: () => {},
  };
  const api = createApi(link);
  let returns = 0;
  api.onReturn(() => {
    returns += 1;
  });
  for (const next of ['open', 'lost', 'open'] as const) {
    state = next;
    changed();
  }
  expect(returns).toBe(1);
});

test('the code is taken out of the address', () => {
  const hashes: string[] = [];
  const place = (hash: string) => ({ hash, replace: (next: string) => hashes.push(next) });
  expect(takeCode(place('#code=abc-1'))).toBe('abc-1');
  expect(takeCode(place('#/jobs'))).toBeNull();
  expect(takeCode(place(''))).toBeNull();
  expect(hashes).toEqual(['#/']);
});

test('lines are whole, however the pieces are cut; heartbeats are no lines', () => {
  const split = lineSplitter();
  expect([...split('{"a"'), ...split(':1}\n\n{"b":2}\n{"c'), ...split('":3}\n')]).toEqual([
    '{"a":1}',
    '{"b":2}',
    '{"c":3}',
  ]);
});

test('reconnecting waits longer each time, within bounds', () => {
  expect([1, 2, 3, 20].map(reconnectDelay)).toEqual([500, 1000, 2000, 15_000]);
});

test('a code is traded once; without one, nothing is asked', async () => {
  const engine = await served();
  const asked: string[] = [];
  const session = (code: string | null) =>
    createSession({
      fetch: (input, init) => {
        asked.push(String(input));
        return fetch(new URL(String(input), `http://127.0.0.1:${engine.port}`), init);
      },
      storage: storage(),
      code,
    });
  await session(null).enter();
  expect(asked).toEqual([]);
  const once = session(new URL(engine.link()).hash.slice('#code='.length));
  await once.enter();
  await once.enter();
  expect(asked).toEqual(['/api/session']);
  expect(once.token()).toMatch(/^[0-9a-f-]{36}$/);
});
