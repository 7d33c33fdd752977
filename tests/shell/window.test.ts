import { describe, expect, it } from 'vitest';
import {
  createWindowKeeper,
  initialBounds,
  isWindowState,
  keepHiddenMillis,
} from '../../electron/shell/window-state.ts';
import { handClock } from '../support/clock.ts';

describe('where the window opens', () => {
  const screen = { x: 0, y: 0, width: 1920, height: 1080 };
  const second = { x: 1920, y: 0, width: 1280, height: 1024 };
  const last = { x: 2000, y: 50, width: 1000, height: 700, maximized: false };

  it('is where it was', () => {
    expect(initialBounds(last, [screen, second])).toEqual({ x: 2000, y: 50, width: 1000, height: 700 });
  });
  it('is a screen that is there, when the old one is not', () => {
    expect(initialBounds(last, [screen])).toEqual({ width: 1000, height: 700 });
    expect(initialBounds({ ...last, x: 100, y: -300 }, [screen])).toEqual({ width: 1000, height: 700 });
  });
  it('fits the screen at first', () => {
    expect(initialBounds(null, [{ ...screen, width: 1024, height: 600 }])).toEqual({
      width: 1024,
      height: 600,
    });
    expect(initialBounds(null, [])).toEqual({ width: 1180, height: 780 });
  });
  it('believes no nonsense from a file', () => {
    expect(isWindowState(last)).toBe(true);
    for (const bad of [
      null,
      1,
      {},
      { ...last, x: 'a' },
      { ...last, width: Number.NaN },
      { ...last, maximized: 1 },
    ])
      expect(isWindowState(bad)).toBe(false);
  });
});

describe('the window', () => {
  function setup(tray = true) {
    const clock = handClock();
    const events: string[] = [];
    const keeper = createWindowKeeper({
      clock,
      closesToTray: () => tray,
      quit: () => events.push('quit'),
      open(route) {
        events.push(`open ${route}`);
        return {
          present: (to) => events.push(`present ${to}`),
          hide: () => events.push('hide'),
          destroy() {
            events.push('destroy');
            keeper.gone();
          },
        };
      },
    });
    return { clock, events, keeper };
  }

  it('is opened once and then presented', () => {
    const { events, keeper } = setup();
    keeper.show('#/jobs');
    keeper.show('');
    expect(events).toEqual(['open #/jobs', 'present ']);
  });

  it('closes to the tray and gives its memory back after a while', async () => {
    const { clock, events, keeper } = setup();
    keeper.show('');
    keeper.close();
    await clock.advance(keepHiddenMillis - 1);
    expect(events).toEqual(['open ', 'hide']);
    await clock.advance(1);
    expect(events).toEqual(['open ', 'hide', 'destroy']);
    keeper.show('#/runs');
    expect(events.at(-1)).toBe('open #/runs');
  });

  it('is kept when it was shown again in time', async () => {
    const { clock, events, keeper } = setup();
    keeper.show('');
    keeper.close();
    await clock.advance(keepHiddenMillis - 1);
    keeper.show('');
    await clock.advance(keepHiddenMillis * 2);
    expect(events).toEqual(['open ', 'hide', 'present ']);
    expect(clock.pending()).toBe(0);
  });

  it('ends the application on a desktop without a tray', () => {
    const { events, keeper } = setup(false);
    keeper.show('');
    keeper.close();
    expect(events).toEqual(['open ', 'quit']);
  });

  it('can be opened again after a crash', () => {
    const { events, keeper } = setup();
    keeper.show('');
    keeper.gone();
    keeper.show('');
    expect(events).toEqual(['open ', 'open ']);
  });
});
