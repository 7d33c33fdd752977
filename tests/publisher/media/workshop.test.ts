import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { inspection } from '../../../electron/publisher/examine-post.ts';
import { createWorkshop } from '../../../electron/publisher/media/workshop/index.ts';
import { settingsSchema } from '../../../shared/index.ts';
import { handClock } from '../../support/clock.ts';
import { temporaryHome } from '../../support/home.ts';

/** A thread that never answers for a file called "hangs", dies of "breaks", and measures all others. */
const program = `
  const { parentPort } = require('node:worker_threads');
  parentPort.on('message', ({ id, order }) => {
    if (order.path === 'hangs') return;
    if (order.path === 'breaks') throw new Error('broken');
    parentPort.postMessage({ id, outcome: { ok: true, value: { path: order.path } } });
  });
`;

test('an order that hangs or breaks the thread takes no other with it', async () => {
  const entry = join(temporaryHome(), 'thread.cjs');
  writeFileSync(entry, program);
  const clock = handClock();
  const workshop = createWorkshop({ entry, clock, orderMs: 60_000 });
  onTestFinished(() => workshop.close());
  const orders = ['a', 'breaks', 'b', 'hangs', 'c'].map((path) => workshop.measure(path));
  expect(await orders[2]).toEqual({ ok: true, value: { path: 'b' } });
  await clock.advance(60_000);
  expect(await Promise.all(orders)).toMatchObject([
    { ok: true },
    { ok: false, fault: 'failed', why: expect.stringContaining('broken') },
    { ok: true },
    { ok: false, fault: 'failed', why: 'It took longer than 60 s' },
    { ok: true, value: { path: 'c' } },
  ]);
});

test('media may come from Belfry’s own folders, whatever a person allows', () => {
  const workshop = createWorkshop({ entry: undefined, clock: handClock() });
  const settings = () => ({ ...settingsSchema.parse({}), mediaFolders: ['/home/u/pictures'] });
  const needs = { workshop, settings, mediaFolder: '/home/u/belfry/media' };
  expect(inspection({ ...needs, ownFolders: ['/home/u/belfry/series'] }).folders).toEqual([
    '/home/u/pictures',
    '/home/u/belfry/media',
    '/home/u/belfry/series',
  ]);
});
