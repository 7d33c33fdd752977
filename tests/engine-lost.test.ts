import { existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { Alert } from '../electron/alerts/index.ts';
import { createApp } from '../electron/app.ts';
import { readHealth } from '../electron/headless.ts';
import type { CallOutput } from '../shared/index.ts';
import { handClock } from './support/clock.ts';
import { temporaryHome } from './support/home.ts';
import { plainHost } from './support/plain-host.ts';

const beat = 10_000;
const patient = { timeout: 90_000, interval: 5 };

test.each([
  ['deleted', (path: string) => rmSync(path)],
  ['emptied', (path: string) => truncateSync(path, 0)],
])(
  'belfry.db is %s under the engine: no job starts any more, and all who ask are told why',
  async (_, harm) => {
    const home = temporaryHome();
    const lines = join(home, 'lines.txt');
    const append = "require('fs').appendFileSync(process.argv[1], 'x')";
    const step = { type: 'command', name: 'Append', command: [process.execPath, '-e', append, lines] };
    const job = { id: 'tick', name: 'Tick', triggers: [{ type: 'interval', minutes: 1 }], steps: [step] };
    const released = join(home, 'released');
    const wait = "setInterval(() => require('fs').existsSync(process.argv[1]) && process.exit(), 20)";
    const holding = { type: 'command', name: 'Hold', command: [process.execPath, '-e', wait, released] };
    const held = { id: 'held', name: 'Held', triggers: [], steps: [holding] };
    writeFileSync(join(home, 'config.json'), JSON.stringify({ jobs: [job, held] }));
    const clock = handClock();
    const alerts: Alert[] = [];
    const engine = createApp(plainHost({ home, clock, notify: (alert) => alerts.push(alert) }));
    await engine.start();
    // What an orderly end writes down cannot be written any more, which it says.
    const stop = async () => {
      const stopped = engine.stop({ drainMs: 0 }).catch((error: unknown) => error);
      await clock.advance(0);
      return stopped;
    };
    onTestFinished(async () => void (await stop()));
    const running = async () => {
      const status = await engine.call('status.get', {});
      return (status as { value: CallOutput<'status.get'> }).value.running.map(({ jobId }) => jobId);
    };
    const runs = () => (existsSync(lines) ? readFileSync(lines, 'utf8').length : 0);
    await vi.waitFor(async () => {
      await clock.advance(beat);
      expect(runs()).toBeGreaterThan(0);
    }, patient);
    await vi.waitFor(async () => expect(await running()).toEqual([]), patient);
    await engine.call('jobs.run', { id: 'held' });
    await vi.waitFor(async () => expect(await running()).toContain('held'), patient);

    harm(join(home, 'belfry.db'));
    await clock.advance(beat);
    // What ran when it was lost ends, and is not said to run for ever.
    writeFileSync(released, '');
    await vi.waitFor(async () => {
      await clock.advance(1000);
      expect(await running()).toEqual([]);
    }, patient);
    const known = runs();
    for (let minute = 0; minute < 3; minute += 1) await clock.advance(60_000);
    const byHand = await engine.call('jobs.run', { id: 'tick' });
    expect(byHand).toMatchObject({ ok: false, error: { code: 'DATABASE_UNUSABLE' } });
    expect(runs()).toBe(known);

    const answer = await engine.call('status.get', {});
    if (!answer.ok) throw new Error(answer.error.message);
    const { trouble, warnings } = answer.value as CallOutput<'status.get'>;
    expect(trouble[0]?.message).toMatch(/^DATABASE_UNUSABLE: The database was lost while Belfry was running/);
    expect(trouble).toHaveLength(1);
    expect(warnings).toContainEqual(trouble[0]);
    const health = await readHealth(engine, '1.0.0');
    expect(health).toMatchObject({ ok: false, reasons: [{ code: 'DATABASE_UNUSABLE' }] });
    expect(alerts.map(({ title }) => title)).toContain('Belfry has stopped publishing');
    expect(await stop()).toMatchObject({ code: 'DATABASE_UNUSABLE' });

    const next = createApp(plainHost({ home, clock }));
    await next.start();
    onTestFinished(() => next.stop({ drainMs: 0 }));
    const after = await readHealth(next, '1.0.0');
    expect(after).toMatchObject({ ok: false, reasons: [{ code: 'NEEDS_PERSON' }] });
    expect((await next.call('warnings.confirm', { code: 'NEEDS_PERSON' })).ok).toBe(true);
    expect(await readHealth(next, '1.0.0')).toMatchObject({ ok: true });
  },
);
