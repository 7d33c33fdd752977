import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { runtimeNotice } from '../../electron/shell/arguments.ts';
import { createLog, watchOnline } from '../../electron/shell/machine.ts';
import { handClock } from '../support/clock.ts';

it('reports once that the machine is back on line', async () => {
  const clock = handClock();
  let online = true;
  let calls = 0;
  const stop = watchOnline(
    clock,
    () => online,
    () => {
      calls += 1;
    },
  );
  await clock.advance(60_000);
  online = false;
  await clock.advance(60_000);
  expect(calls).toBe(0);
  online = true;
  await clock.advance(60_000);
  expect(calls).toBe(1);
  stop();
  expect(clock.pending()).toBe(0);
});

it('calls an Electron old whose SQLite is not safe', () => {
  expect(runtimeNotice('25.1.1')).toMatch(/^Development runtime Electron 25\.1\.1/);
  expect(runtimeNotice('41.9.0')).not.toBeNull();
  expect(runtimeNotice('42.0.0')).toBeNull();
  expect(runtimeNotice('45.4.1')).toBeNull();
});

it('writes remarks as lines and never takes more than two files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'belfry-log-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'belfry.log');
  const log = createLog(file, handClock('2026-11-22T09:00:00Z'), () => {});
  log('warn', 'Something', { code: 1 });
  expect(readFileSync(file, 'utf8')).toBe('2026-11-22T09:00:00.000Z warn Something {"code":1}\n');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const text = 'x'.repeat(400_000);
  for (let count = 0; count < 8; count += 1) log('info', text);
  expect(statSync(file).size).toBeLessThan(1_500_000);
  expect(statSync(`${file}.old`).size).toBeLessThan(1_500_000);
});
