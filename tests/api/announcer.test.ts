import { expect, test } from 'vitest';
import { createAnnouncer } from '../../electron/api/index.ts';
import type { Announcement } from '../../shared/index.ts';
import { listeningLog } from './world.ts';

const settled = () => new Promise((resolve) => setImmediate(resolve));

test('every listener hears every announcement in order, after the announcing code', async () => {
  const { announce, subscribe } = createAnnouncer(listeningLog());
  const heard: string[] = [];
  subscribe((a) => heard.push(`1 ${a.name}`));
  subscribe((a) => heard.push(`2 ${a.name}`));
  announce({ name: 'jobs.changed' });
  announce({ name: 'posts.changed' });
  expect(heard).toEqual([]);
  await settled();
  expect(heard).toEqual(['1 jobs.changed', '2 jobs.changed', '1 posts.changed', '2 posts.changed']);
});

test('a listener that throws, or whose promise fails, is logged and harms nobody', async () => {
  const { log, said } = listeningLog();
  const { announce, subscribe } = createAnnouncer({ log });
  const heard: Announcement[] = [];
  subscribe(() => {
    throw new Error('broken');
  });
  subscribe(async () => {
    throw new Error('broken later');
  });
  subscribe((a) => heard.push(a));
  announce({ name: 'status.changed' });
  await settled();
  expect(heard).toEqual([{ name: 'status.changed' }]);
  expect(said.map((entry) => entry.details?.['error'])).toEqual(['broken', 'broken later']);
});

test('an announcement made by a listener comes after the ones that wait', async () => {
  const { announce, subscribe } = createAnnouncer(listeningLog());
  const heard: string[] = [];
  subscribe((a) => {
    if (a.name === 'jobs.changed') announce({ name: 'status.changed' });
  });
  subscribe((a) => heard.push(a.name));
  announce({ name: 'jobs.changed' });
  announce({ name: 'posts.changed' });
  await settled();
  expect(heard).toEqual(['jobs.changed', 'posts.changed', 'status.changed']);
});

test('one listener subscribed twice hears twice, and leaving ends one of them at once', async () => {
  const { announce, subscribe } = createAnnouncer(listeningLog());
  const heard: string[] = [];
  const listener = (a: Announcement) => void heard.push(a.name);
  const leave = subscribe(listener);
  subscribe(listener);
  announce({ name: 'jobs.changed' });
  leave();
  leave();
  await settled();
  expect(heard).toEqual(['jobs.changed']);
});

test('a listener that another one sends away while both are told hears no more', async () => {
  const { announce, subscribe } = createAnnouncer(listeningLog());
  const heard: string[] = [];
  let leave = () => {};
  subscribe(() => leave());
  leave = subscribe((a) => heard.push(a.name));
  announce({ name: 'jobs.changed' });
  await settled();
  expect(heard).toEqual([]);
});
