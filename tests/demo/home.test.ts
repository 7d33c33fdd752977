import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { beforeAll, expect, test } from 'vitest';
import type { Status } from '../../shared/index.ts';
import { build, start } from '../cli/built.ts';
import { temporaryHome } from '../support/home.ts';

beforeAll(build, 120_000);

async function play(home: string): Promise<Status> {
  const host = start(['--home', home, 'run', '--demo']);
  await expect.poll(() => host.written()).toContain("The demonstration's network");
  const status = await start(['--home', home, 'status', '--json']).ended;
  host.child.kill('SIGKILL');
  await host.ended;
  return JSON.parse(status.out);
}

test('the demonstration begins anew where an earlier one has left copies of its database', async () => {
  const home = temporaryHome();
  expect((await play(home)).warnings).toEqual([]);
  // What the engine does by itself after a minute.
  const copy = join(home, 'backups', 'belfry-20261122T090000Z.db');
  mkdirSync(join(home, 'damaged'), { recursive: true });
  writeFileSync(join(home, 'damaged', 'note'), 'of an earlier time');
  const database = new DatabaseSync(join(home, 'belfry.db'));
  database.exec(`VACUUM INTO '${copy}'`);
  database.close();
  const status = await play(home);
  expect(status.warnings).toEqual([]);
  expect(status.counts.queuedPosts).toBeLessThan(4);
  expect(readdirSync(join(home, 'backups'))).toEqual([]);
});
