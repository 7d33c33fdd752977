import { existsSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openDatabase } from '../../electron/store/database.ts';
import { createMediaLedger } from '../../electron/store/index.ts';
import { temporaryHome } from '../support/home.ts';
import { createStage } from '../support/publishing.ts';

/** A file as the publisher names copies, from long ago, that no post knows. */
function stray(home: string, name = '0123456789abcdef'): string {
  const path = join(home, 'media', name);
  mkdirSync(join(home, 'media'), { recursive: true });
  writeFileSync(path, 'a picture');
  utimesSync(path, 1, 1);
  return path;
}

test('a restored database throws nothing away until a person has seen to it', async () => {
  let paused = true;
  const stage = await createStage({ needs: { publishingPaused: async () => paused } });
  const path = stray(stage.home);
  await stage.restart();
  for (let hours = 0; hours < 30; hours += 1) {
    await stage.clock.advance(3_600_000);
    await stage.beat();
  }
  expect(existsSync(path)).toBe(true);
  paused = false;
  await stage.restart();
  expect(existsSync(path)).toBe(false);
});

test('a file that cannot be removed is told, and does not keep Belfry from starting', async () => {
  const told: string[] = [];
  const stage = await createStage({
    needs: { log: (level, message) => void told.push(`${level} ${message}`) },
  });
  const folder = join(stage.home, 'media', 'fedcba9876543210');
  mkdirSync(folder, { recursive: true });
  utimesSync(folder, 1, 1);
  await stage.restart();
  expect(told).toEqual(['error Old files could not be tidied away']);
  expect((await stage.add({ text: 'On it goes', accounts: ['mastodon-4-5'] })).status).toBe('queued');
});

test('files of one bucket that stay for ever do not hide those of another', async () => {
  const { db, close } = openDatabase(join(temporaryHome(), 'belfry.db'));
  const ledger = createMediaLedger(db);
  for (let index = 0; index < 30; index += 1) await ledger.keepBucketFile('keeps', `file-${index}`, index);
  await ledger.keepBucketFile('tidies', 'old', 100);
  await ledger.keepBucketFile('tidies', 'new', 200);
  expect((await ledger.bucketAccounts()).sort()).toEqual(['keeps', 'tidies']);
  expect(await ledger.bucketFiles('tidies', 150, 10)).toEqual(['old']);
  await close();
});

test('a media folder that cannot be read is told, and not taken for an empty one', async () => {
  const told: string[] = [];
  const file = join(temporaryHome(), 'media');
  writeFileSync(file, 'not a folder');
  const stage = await createStage({
    needs: { mediaFolder: file, log: (level, message) => void told.push(`${level} ${message}`) },
  });
  await stage.restart();
  expect(told).toEqual(['error Old files could not be tidied away']);
});
