import {
  appendFileSync,
  closeSync,
  openSync,
  readdirSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createWorkshop } from '../../../electron/publisher/media/workshop/index.ts';
import { takeMedia } from '../../../electron/publisher/take-media.ts';
import { systemClock } from '../../../electron/system.ts';
import { filmBytes } from '../../support/films.ts';
import { temporaryHome } from '../../support/home.ts';
import { workshopEntry } from '../../support/workshop-entry.ts';

const megabyte = 1024 * 1024;

/** A film with so much after it, as a file of its own. */
async function open(megabytes: number) {
  const home = temporaryHome();
  const path = join(home, 'a.mp4');
  const free = Buffer.from([0, 0, 0, 0, ...Buffer.from('free')]);
  free.writeUInt32BE(megabytes * megabyte + 8);
  writeFileSync(path, Buffer.concat([await filmBytes('mp4'), free]));
  truncateSync(path, statSync(path).size + megabytes * megabyte);
  const workshop = createWorkshop({ entry: workshopEntry, clock: systemClock });
  onTestFinished(() => workshop.close());
  const folder = join(home, 'media');
  const take = () =>
    takeMedia(
      { path, alt: '' },
      { part: 0, position: 0, field: 'media[0].path' },
      { folder, id: 'a' },
      { workshop, folders: null },
    );
  /** Resolves when the copy has begun. */
  const begun = async () => {
    while (!names().includes('a.part')) await new Promise((resolve) => setImmediate(resolve));
  };
  const names = () => {
    try {
      return readdirSync(folder);
    } catch {
      return []; // The folder is made with the first copy.
    }
  };
  return { path, take, begun, names };
}

test.each<[string, (path: string) => void]>([
  ['grows', (path) => appendFileSync(path, 'more')],
  ['shrinks', (path) => truncateSync(path, 1000)],
  [
    'is written over in place',
    (path) => {
      const file = openSync(path, 'r+');
      writeSync(file, Buffer.alloc(1000, 1), 0, 1000, 0);
      closeSync(file);
    },
  ],
])('a file that %s while it is copied is refused, and no copy stays', async (_, change) => {
  const { path, take, begun, names } = await open(16);
  const taken = take();
  await begun();
  change(path);
  expect(await taken).toEqual({
    kind: 'problem',
    problem: {
      field: 'media[0].path',
      message: `${path} changed while it was being copied; add it again when it is finished`,
    },
  });
  expect(names()).toEqual([]);
});

test('memory stays flat while fifty megabytes are copied', async () => {
  const { take } = await open(50);
  global.gc?.();
  const before = process.memoryUsage().arrayBuffers;
  let most = 0;
  const watch = setInterval(() => {
    most = Math.max(most, process.memoryUsage().arrayBuffers - before);
  }, 1);
  const taken = await take();
  clearInterval(watch);
  expect(taken.kind).toBe('taken');
  expect(most).toBeLessThan(20 * megabyte);
});
