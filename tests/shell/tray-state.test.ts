import { describe, expect, it } from 'vitest';
import type { TrayState } from '../../electron/shell/tray-menu.ts';
import { keepTrayState } from '../../electron/shell/tray-state.ts';
import type { Announcement, Bridge } from '../../shared/index.ts';
import { handClock } from '../support/clock.ts';

/** An engine that counts the calls it gets. */
function setup(draw: (state: TrayState) => void = () => {}) {
  const clock = handClock();
  const calls: string[] = [];
  const inputs: Record<string, unknown> = {};
  const drawn: TrayState[] = [];
  const listeners = new Set<(announcement: Announcement) => void>();
  const values: Record<string, unknown> = {
    'status.get': { scheduler: 'running' },
    'jobs.list': [{ id: 'news' }],
    'posts.list': [{ id: 'post' }],
    'settings.get': { launchAtLogin: true },
  };
  const engine: Bridge = {
    async call(name, input) {
      calls.push(name);
      inputs[name] = input;
      return { ok: true, value: values[name] };
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const logged: string[] = [];
  const keeper = keepTrayState({
    engine,
    clock,
    log: (_level, message) => logged.push(message),
    timezone: 'UTC',
    runtimeNotice: null,
    draw(state) {
      drawn.push(state);
      draw(state);
    },
  });
  const announce = (announcement: Announcement) => {
    for (const listener of listeners) listener(announcement);
  };
  return { clock, calls, inputs, drawn, values, keeper, announce, listeners, logged };
}

describe('the state of the tray', () => {
  it('is loaded whole at first', async () => {
    const { clock, calls, drawn } = setup();
    await clock.advance(0);
    expect(calls).toEqual(['status.get', 'jobs.list', 'posts.list', 'settings.get']);
    expect(drawn.at(-1)).toMatchObject({
      status: { scheduler: 'running' },
      jobs: [{ id: 'news' }],
      posts: [{ id: 'post' }],
      launchAtLogin: true,
    });
  });

  it('asks for the next five posts, however many wait', async () => {
    const { clock, inputs } = setup();
    await clock.advance(0);
    expect(inputs['posts.list']).toEqual({ status: ['queued', 'sending'], order: 'soonest', limit: 5 });
  });

  it('asks only for what an announcement made stale', async () => {
    const { clock, calls, announce } = setup();
    await clock.advance(1000);
    calls.length = 0;
    announce({ name: 'posts.changed' });
    await clock.advance(0);
    expect(calls.sort()).toEqual(['posts.list', 'status.get']);
    calls.length = 0;
    announce({ name: 'runs.output', runId: 'r', lines: [] });
    await clock.advance(10_000);
    expect(calls).toEqual([]);
  });

  it('keeps calm in a storm of announcements and still ends with the truth', async () => {
    const { clock, calls, drawn, values, announce } = setup();
    await clock.advance(1000);
    calls.length = 0;
    for (let count = 0; count < 200; count += 1) {
      values['status.get'] = { scheduler: 'paused', count };
      announce({ name: 'status.changed' });
      await clock.advance(5);
    }
    await clock.advance(1000);
    expect(calls.length).toBeLessThanOrEqual(4);
    expect(drawn.at(-1)?.status).toEqual({ scheduler: 'paused', count: 199 });
  });

  it('counts the minutes on while nothing happens', async () => {
    const { clock, calls, drawn } = setup();
    await clock.advance(1000);
    const before = { calls: calls.length, drawn: drawn.length };
    await clock.advance(10 * 60_000);
    expect(calls.length).toBe(before.calls);
    expect(drawn.length - before.drawn).toBe(20);
    expect(drawn.at(-1)?.now).toBeGreaterThan(clock.now() - 60_000);
  });

  it('keeps what it knows when a call fails', async () => {
    const { clock, drawn, values, announce } = setup();
    await clock.advance(1000);
    values['jobs.list'] = undefined;
    announce({ name: 'settings.changed' });
    await clock.advance(0);
    expect(drawn.at(-1)?.jobs).toEqual([{ id: 'news' }]);
  });

  it('is drawn again after a draw that failed, which is logged once', async () => {
    let broken = true;
    const { clock, drawn, values, announce, logged } = setup(() => {
      if (broken) throw new Error('The panel is gone');
    });
    await clock.advance(1000);
    announce({ name: 'status.changed' });
    await clock.advance(1000);
    expect(logged).toEqual(['The tray could not be drawn']);
    broken = false;
    values['status.get'] = { scheduler: 'paused' };
    announce({ name: 'status.changed' });
    await clock.advance(1000);
    expect(drawn.at(-1)?.status).toEqual({ scheduler: 'paused' });
  });

  it('goes on after a call that threw', async () => {
    const { clock, drawn, values, announce, logged } = setup();
    await clock.advance(1000);
    Object.defineProperty(values, 'jobs.list', {
      configurable: true,
      get: () => {
        throw new Error('The engine is gone');
      },
    });
    announce({ name: 'jobs.changed' });
    await clock.advance(1000);
    expect(logged).toEqual(['The tray could not be brought up to date']);
    Object.defineProperty(values, 'jobs.list', { value: [{ id: 'trends' }] });
    announce({ name: 'jobs.changed' });
    await clock.advance(1000);
    expect(drawn.at(-1)?.jobs).toEqual([{ id: 'trends' }]);
  });

  it('ends quitting although the last draw fails', async () => {
    let broken = false;
    const { clock, keeper, listeners } = setup(() => {
      if (broken) throw new Error('The panel is gone');
    });
    await clock.advance(1000);
    broken = true;
    keeper.quitting();
    keeper.stop();
    expect(listeners.size).toBe(0);
  });

  it('leaves nothing behind', async () => {
    const { clock, keeper, listeners, drawn } = setup();
    await clock.advance(1000);
    keeper.quitting();
    expect(drawn.at(-1)?.quitting).toBe(true);
    keeper.stop();
    expect(listeners.size).toBe(0);
    expect(clock.pending()).toBe(0);
  });
});
