import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import type { Identity, ProcessInfo } from '../../electron/runner/linux-processes.ts';
import {
  endTree,
  membersOf,
  parseCim,
  parsePs,
  parseRunIds,
  posixProcesses,
  systemProcesses,
  windowsProcesses,
} from '../../electron/runner/processes.ts';
import { systemClock } from '../../electron/system.ts';
import { processesWith } from './support.ts';

const info = (pid: number, change: Partial<ProcessInfo> = {}): ProcessInfo => ({
  pid,
  startedAt: `start ${pid}`,
  parent: 1,
  group: pid,
  runId: null,
  ...change,
});
const pids = (found: ProcessInfo[]) => found.map(({ pid }) => pid).sort((a, b) => a - b);

test('a run’s processes: its marker, its leader, the leader’s group, and all their children', () => {
  const all = [
    info(1, { parent: 0 }),
    info(10),
    info(11, { group: 10 }),
    info(12, { runId: 'r' }),
    info(13, { parent: 12 }),
    info(14, { parent: 13 }),
    info(20, { runId: 'other' }),
    info(21),
  ];
  expect(pids(membersOf(all, new Set(['r']), { pid: 10, startedAt: 'start 10' }))).toEqual([
    10, 11, 12, 13, 14,
  ]);
  expect(pids(membersOf(all, new Set(), { pid: 10, startedAt: 'another' }))).toEqual([]);
  expect(pids(membersOf(all.slice(2), new Set(), { pid: 10, startedAt: 'start 10' }))).toEqual([11]);
});

test('ps: dates with spaces, the dead left out, run ids from the environment', () => {
  const text =
    '    1     0     1 Ss   Sun Nov 22 09:00:00 2026\n 4242     1  4242 S+   Mon Nov 23 10:11:12 2026\n 4243  4242  4242 Z    Mon Nov 23 10:11:13 2026\n';
  expect(parsePs(text)).toEqual([
    { pid: 1, parent: 0, group: 1, startedAt: 'Sun Nov 22 09:00:00 2026', runId: null },
    { pid: 4242, parent: 1, group: 4242, startedAt: 'Mon Nov 23 10:11:12 2026', runId: null },
  ]);
  expect(parseRunIds(' 4242 sleep 5 HOME=/x BELFRY_RUN_ID=abc LANG=C\n 1 init\n')).toEqual(
    new Map([[4242, 'abc']]),
  );
});

test('Windows: a parent that is younger than its child is a stranger with its pid', async () => {
  const text = '4,0,100\r\n10,4,200\r\n11,10,300\r\n12,10,150\r\n\r\nnoise\r\n';
  expect(parseCim(text).map(({ pid, parent }) => [pid, parent])).toEqual([
    [4, 0],
    [10, 4],
    [11, 10],
    [12, 0],
  ]);
  const asked: string[][] = [];
  const processes = windowsProcesses(async (file, args) => {
    asked.push([file, ...args]);
    return text;
  });
  await processes.end({ pid: 10, startedAt: '200' }, 'force');
  await processes.end({ pid: 10, startedAt: 'replaced' }, 'force');
  expect(asked.filter(([file]) => file === 'taskkill.exe')).toEqual([
    ['taskkill.exe', '/PID', '10', '/T', '/F'],
  ]);
  expect(await processes.startOf(11)).toBe('300');
});

test('a tree is ended whole: one that ignores TERM, one in a session of its own', async () => {
  const leader = spawn(
    '/bin/sh',
    ['-c', 'trap "" TERM; (setsid sleep 302.1 &); sleep 302.1 & while :; do sleep 0.05; : 302.1; done'],
    { detached: true, stdio: 'ignore', env: { PATH: process.env['PATH'], BELFRY_RUN_ID: 'tree-1' } },
  );
  onTestFinished(() => void leader.kill('SIGKILL'));
  await expect.poll(() => processesWith('sleep\x00302.1').length).toBe(2);
  const processes = systemProcesses('linux');
  const ended = await endTree({ processes, clock: systemClock }, { runIds: new Set(['tree-1']) }, 200);
  expect(ended.length).toBeGreaterThanOrEqual(3);
  await expect.poll(() => processesWith('302.1')).toEqual([]);
});

test('on a machine so slow that all time is over after one look, a tree is killed all the same', async () => {
  const child = spawn('/bin/sh', ['-c', 'trap "" TERM; while :; do sleep 0.05; : 302.4; done'], {
    detached: true,
    stdio: 'ignore',
    env: { PATH: process.env['PATH'], BELFRY_RUN_ID: 'tree-2' },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const exited = once(child, 'exit');
  await expect.poll(() => processesWith('302.4').length).toBeGreaterThan(0);
  let lost = 0;
  const system = systemProcesses('linux');
  const processes = {
    ...system,
    list(since?: Identity) {
      lost += 60_000;
      return system.list(since);
    },
  };
  const clock = { ...systemClock, monotonic: () => systemClock.monotonic() + lost };
  expect(await endTree({ processes, clock }, { runIds: new Set(['tree-2']) }, 200)).toContain(child.pid);
  await exited;
});

test('a process that has been replaced is left alone', async () => {
  const child = spawn('sleep', ['302.2'], { stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  const processes = systemProcesses('linux');
  const startedAt = await processes.startOf(child.pid ?? 0);
  expect(startedAt).toMatch(/^[0-9a-f]{8}:\d+$/);
  await processes.end({ pid: child.pid ?? 0, startedAt: 'earlier' }, 'force');
  expect(await processes.startOf(child.pid ?? 0)).toBe(startedAt);
});

test('where ps says when processes started, one that has been replaced is left alone too', async () => {
  const child = spawn('sleep', ['302.3'], { stdio: 'ignore' });
  const ended = once(child, 'exit');
  onTestFinished(() => void child.kill('SIGKILL'));
  const pid = child.pid ?? 0;
  const processes = posixProcesses(async () => `${pid} 1 ${pid} S Mon Nov 23 10:11:12 2026\n`);
  expect(await processes.startOf(pid)).toBe('Mon Nov 23 10:11:12 2026');
  await processes.end({ pid, startedAt: 'Mon Nov 23 10:11:11 2026' }, 'force');
  await processes.end({ pid, startedAt: 'Mon Nov 23 10:11:12 2026' }, 'polite');
  expect(await ended).toEqual([null, 'SIGTERM']);
});
