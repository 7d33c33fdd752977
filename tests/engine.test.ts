import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { createBelfry } from '../electron/belfry.ts';
import type { Host } from '../electron/host.ts';
import { confFile } from '../electron/store/index.ts';
import type { JobInput, Status } from '../shared/index.ts';
import { temporaryHome } from './support/home.ts';

/** The whole engine, as both hosts have it, in this process. */
async function startEngine(jobs: JobInput[]) {
  const home = temporaryHome();
  writeFileSync(join(home, 'config.json'), JSON.stringify({ jobs }));
  const host: Host = {
    mode: 'headless',
    home,
    version: '0.1.0',
    demo: false,
    configFile: confFile,
    vaults: [],
    quit: () => {},
    link: () => null,
    openUrl: async () => {},
    startDemo: async () => ({ url: null }),
    launchAtLogin: async () => {},
    notify: () => {},
    log: () => {},
  };
  const engine = createBelfry(host);
  await engine.start();
  onTestFinished(() => engine.stop({ drainMs: 0 }));
  const status = async () => {
    const answer = await engine.call('status.get', {});
    if (!answer.ok) throw new Error(answer.error.message);
    return answer.value as Status;
  };
  return { home, engine, status };
}

const every: JobInput = {
  id: 'every',
  name: 'Every second',
  triggers: [{ type: 'interval', seconds: 1 }],
  steps: [{ type: 'command', name: 'Work', command: ['true'] }],
};

test('slots that cannot be claimed are a warning that everybody sees', async () => {
  const { home, engine, status } = await startEngine([every]);
  expect((await status()).warnings).toEqual([]);
  const told: string[] = [];
  onTestFinished(engine.subscribe(({ name }) => told.push(name)));
  const database = new DatabaseSync(join(home, 'belfry.db'));
  const epochIs = (epoch: number) =>
    database.prepare("UPDATE meta SET value = ? WHERE key = 'owner_epoch'").run(String(epoch));
  epochIs(1000);
  await expect
    .poll(async () => (await status()).warnings, { timeout: 5000 })
    .toMatchObject([{ code: 'CONFLICT', message: expect.stringContaining('Another engine has taken over') }]);
  expect(told).toContain('status.changed');
  epochIs(1);
  database.close();
});
