// Child of chaos.test.ts: takes the home in argv[2] and writes until it is killed; each line says what was promised to last.
import { randomUUID } from 'node:crypto';
import { writeSync } from 'node:fs';
import { confFile } from '../../electron/store/config-file.ts';
import { createConfigStore } from '../../electron/store/config-store.ts';
import { assertEpoch, readMeta, writeMeta } from '../../electron/store/database.ts';
import { prepareHome } from '../../electron/store/home.ts';
import { openStore } from '../../electron/store/open-store.ts';
import { takeHome } from '../../electron/store/owner.ts';
import { systemClock } from '../../electron/system.ts';

const log = () => {};
const home = prepareHome(process.argv[2] ?? '');
const about = {
  pid: process.pid,
  startedAt: '2026-11-22T09:00:00Z',
  mode: 'headless',
  socket: '',
  version: '',
} as const;
await takeHome(home, about);
const store = await openStore({ home, clock: systemClock, newId: randomUUID, log });
const config = createConfigStore({ file: confFile(home.config), lastGoodPath: home.lastGoodConfig, log });
config.start();

async function count(): Promise<void> {
  for (;;) {
    const next = Number((await readMeta(store.db, 'left')) ?? 0) + 1;
    await store.db.transaction().execute(async (trx) => {
      await assertEpoch(trx, store.epoch);
      await writeMeta(trx, 'left', String(next));
      await writeMeta(trx, `ballast ${next % 50}`, 'x'.repeat(5000));
      await writeMeta(trx, 'right', String(next));
    });
    writeSync(1, `database ${next}\n`);
    await others();
  }
}

async function configure(): Promise<void> {
  for (;;) {
    const next = (config.current().settings.lateLimitHours + 1) % 8000;
    await config.change((raw) => ({ ...raw, settings: { ...raw.settings, lateLimitHours: next } }));
    writeSync(1, `config ${next}\n`);
    await others();
  }
}

async function copy(): Promise<void> {
  for (;;) {
    await store.copyNow();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** SQLite answers at once, so awaiting it lets promises go on, but neither timers nor files. */
function others(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

writeSync(1, 'open 1\n');
await Promise.all([count(), configure(), copy()]);
