import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { expect, onTestFinished, test } from 'vitest';
import type { RunView } from '../../shared/index.ts';
import { commandOn, until } from '../support/command.ts';
import { launchDesktop, processesOf } from '../support/desktop/index.ts';
import { temporaryHome } from '../support/home.ts';

const mark = '200000.7';
const sleeping = () => processesOf(mark).find(({ command }) => command.endsWith(`sleep ${mark}`));

/** A home with one job that sleeps, and one that ends at once. */
function homeWithJobs(): string {
  const home = temporaryHome();
  const job = (id: string, ...command: string[]) => ({
    id,
    name: id,
    steps: [{ type: 'command', name: 'Work', command, env: { API_TOKEN: 'canary-of-the-step' } }],
  });
  const jobs = [job('asleep', 'sleep', mark), job('short', 'true')];
  writeFileSync(join(home, 'config.json'), JSON.stringify({ settings: { secrets: 'key-file' }, jobs }));
  onTestFinished(() => {
    const { pid } = sleeping() ?? {};
    if (pid) process.kill(pid, 'SIGKILL');
  });
  return home;
}

test('on the desktop a utility process starts commands; when it dies, its runs are interrupted and others go on', async () => {
  const home = homeWithJobs();
  const belfry = commandOn(home);
  const desktop = await launchDesktop({ home, args: ['--hidden'] });
  const helper = () => desktop.processes().find(({ command }) => /node\.mojom\.NodeService/.test(command));
  await until('Belfry answers', async () => (await belfry('status')).code === 0);
  expect(helper()).toBeUndefined();

  await belfry('run-job', 'asleep');
  const child = await until('the command runs', sleeping);
  const pid = helper()?.pid ?? 0;
  expect(child.parent).toBe(pid);
  expect(helper()?.command).not.toContain('canary');
  expect(readFileSync(`/proc/${pid}/environ`, 'latin1')).not.toMatch(/canary|PATH=/);

  process.kill(pid, 'SIGKILL');
  const [run] = await until('the run is over', async () => {
    const runs = await belfry.json<RunView[]>('runs', '--job', 'asleep');
    return runs[0]?.finishedAt ? runs : undefined;
  });
  expect(run?.status).toBe('interrupted');
  expect(sleeping()).toBeUndefined();
  expect((await belfry('run-job', 'short', '--wait')).code).toBe(0);
});

test('it ends with a desktop that is killed, and the command is seen to by the next start', async () => {
  const home = homeWithJobs();
  const belfry = commandOn(home);
  const desktop = await launchDesktop({ home, args: ['--hidden'] });
  await until('Belfry answers', async () => (await belfry('status')).code === 0);
  await belfry('run-job', 'asleep');
  const child = await until('the command runs', sleeping);
  process.kill(desktop.pid, 'SIGKILL');
  await until('the helper is gone', () => processesOf(home).every(({ pid }) => pid !== child.parent));
  expect(sleeping()?.pid).toBe(child.pid);

  await launchDesktop({ home, args: ['--hidden'], session: desktop.session });
  const runs = await until('Belfry answers again', async () => {
    if ((await belfry('status')).code !== 0) return undefined;
    return belfry.json<RunView[]>('runs', '--job', 'asleep');
  });
  expect(runs.map(({ status }) => status)).toEqual(['interrupted']);
  expect(sleeping()).toBeUndefined();
});
