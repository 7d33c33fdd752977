import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { newestUsableCopy } from '../../electron/store/copies.ts';
import { confFile, createConfigStore, openStore, prepareHome, readMeta } from '../../electron/store/index.ts';
import { handClock } from '../support/clock.ts';
import { temporaryHome } from '../support/home.ts';
import { seededRandom } from '../support/random.ts';

const program = fileURLToPath(new URL('chaos-child.ts', import.meta.url));
/** More with `CHAOS_ROUNDS=200 npx vitest run --project unit tests/store/chaos`. */
const rounds = Number(process.env['CHAOS_ROUNDS'] ?? 3);
const seed = Number(process.env['CHAOS_SEED'] ?? Date.now());
const silent = () => {};

/** Runs a writer and kills it `ms` after it began to write; gives the last number it promised, by kind. */
async function killedWriter(dir: string, ms: number): Promise<Map<string, number>> {
  const child = spawn(process.execPath, [program, dir], { stdio: ['ignore', 'pipe', 'inherit'] });
  const promised = new Map<string, number>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    const [kind = '', number] = line.split(' ');
    promised.set(kind, Number(number));
    if (kind === 'open') setTimeout(() => child.kill('SIGKILL'), ms);
  });
  await once(child, 'close');
  return promised;
}

test(`kill -9 at any moment, ${rounds} times: the database is sound and keeps every promise`, {
  timeout: 60_000 * rounds,
}, async () => {
  console.log(`seed ${seed}`);
  const random = seededRandom(seed);
  const home = prepareHome(temporaryHome());
  writeFileSync(home.config, '{}');
  const most = { database: 0, config: 0 };
  for (let round = 0; round < rounds; round += 1) {
    const promised = await killedWriter(home.dir, random.next() * 400);
    expect(promised.has('open')).toBe(true);

    const store = await openStore({ home, clock: handClock(Date.now()), newId: randomUUID, log: silent });
    const left = Number((await readMeta(store.db, 'left')) ?? 0);
    expect(store.warnings()).toEqual([]);
    expect(left).toBeGreaterThanOrEqual(promised.get('database') ?? 0);
    expect(Number((await readMeta(store.db, 'right')) ?? 0)).toBe(left);
    await store.close();

    const config = createConfigStore({
      file: confFile(home.config),
      lastGoodPath: home.lastGoodConfig,
      log: silent,
    });
    config.start();
    expect(config.problem()).toBeNull();
    expect(config.current().settings.lateLimitHours).toBeGreaterThanOrEqual(promised.get('config') ?? 0);
    await config.stop();
    most.database = left;
    most.config = config.current().settings.lateLimitHours;
  }
  expect(most.database).toBeGreaterThan(rounds);
  expect(most.config).toBeGreaterThan(rounds);
  const last = confFile(home.config);
  last.write({});
  const store = await openStore({ home, clock: handClock(Date.now()), newId: randomUUID, log: silent });
  await store.copyNow();
  await store.close();
  const clean = [...readdirSync(home.dir), ...readdirSync(home.backups)].filter(
    (name) => !/^belfry-\d+T\d+Z\.db$/.test(name),
  );
  expect(clean.sort()).toEqual(['backups', 'belfry.db', 'config.json', 'media', 'run']);
  expect(newestUsableCopy(home.backups, Date.now())).toBeDefined();
});
