import { expect, test } from 'vitest';
import { createAnnouncer } from '../../electron/api/index.ts';
import type { Announcement } from '../../shared/index.ts';
import { listeningLog } from './world.ts';

const settled = () => new Promise((resolve) => setImmediate(resolve));

test('every listener gets every announcement in order, after the announcing code', async () => {
  const { announce, subscribe } = createAnnouncer(listeningLog());
  const received: string[] = [];
  subscribe((a) => received.push(`1 ${a.name}`));
  subscribe((a) => received.push(`2 ${a.name}`));
  announce({ name: 'jobs.changed' });
  announce({ name: 'posts.changed' });
  expect(received).toEqual([]);
  await settled();
  expect(received).toEqual(['1 jobs.changed', '2 jobs.changed', '1 posts.changed', '2 posts.changed']);
});

test('a listener that throws, or whose promise fails, is logged and does no harm', async () => {
  const { log, said } = listeningLog();
  const { announce, subscribe } = createAnnouncer({ log });
  const received: Announcement[] = [];
  subscribe(() => {
    throw new Error('broken');
  });
  subscribe(async () => {
    throw new Error('broken later');
  });
  subscribe((a) => received.push(a));
  announce({ name: 'status.changed' });
  await settled();
  expect(received).toEqual([{ name: 'status.changed' }]);
  expect(said.map((entry) => entry.details?.['error'])).toEqual(['broken', 'broken later']);
});

test('an announcement made by a listener comes after the ones that wait', async () => {
  const { announce, subscribe } = createAnnouncer(listeningLog());
  const received: string[] = [];
  subscribe((a) => {
    if (a.name === 'jobs.changed') announce({ name: 'status.changed' });
  });
  subscribe((a) => received.push(a.name));
  announce({ name: 'jobs.changed' });
  announce({ name: 'posts.changed' });
  await settled();
  expect(received).toEqual(['jobs.changed', 'posts.changed', 'status.changed']);
});

test('one listener subscribed twice is called twice, and leaving ends one of them at once', async () => {
  const { announce, subscribe } = createAnnouncer(listeningLog());
  const received: string[] = [];
  const listener = (a: Announcement) => void received.push(a.name);
  const leave = subscribe(listener);
  subscribe(listener);
  announce({ name: 'jobs.changed' });
  leave();
  leave();
  await settled();
  expect(received).toEqual(['jobs.changed']);
});

test('a listener that another one unsubscribes during delivery is not called any more', async () => {
  const { announce, subscribe } = createAnnouncer(listeningLog());
  const received: string[] = [];
  let leave = () => {};
  subscribe(() => leave());
  leave = subscribe((a) => received.push(a.name));
  announce({ name: 'jobs.changed' });
  await settled();
  expect(received).toEqual([]);
});
