import { expect, it } from 'vitest';
import { createQuit, dialogTimeoutMillis } from '../../electron/shell/quit.ts';
import { handClock } from '../support/clock.ts';

type Options = {
  running?: string[];
  stop?: (drainMs: number) => Promise<void>;
  ending?: () => void;
  drainMillis?: () => Promise<number>;
};

function setup({ running = [], stop = async () => {}, ending, drainMillis }: Options = {}) {
  const clock = handClock();
  const events: string[] = [];
  let answer: (yes: boolean) => void = () => {};
  const quit = createQuit({
    clock,
    log: (level, message) => {
      if (level === 'error') events.push(message);
    },
    running: async () => running,
    drainMillis: drainMillis ?? (async () => 20_000),
    ask(names, signal) {
      events.push(`ask ${names.join()}`);
      return new Promise((resolve) => {
        answer = resolve;
        signal.addEventListener('abort', () => {
          events.push('withdrawn');
          resolve(false);
        });
      });
    },
    ending() {
      events.push('ending');
      ending?.();
    },
    stop(drainMs) {
      events.push(`stop ${drainMs}`);
      return stop(drainMs);
    },
    exit: () => events.push('exit'),
  });
  return { clock, events, quit, answer: (yes: boolean) => answer(yes) };
}

it('asks nothing when nothing is running', async () => {
  const { events, quit } = setup();
  await quit.request('user');
  expect(events).toEqual(['ending', 'stop 20000', 'exit']);
});

it('asks when work is running, and stays when the answer is no', async () => {
  const { clock, events, quit, answer } = setup({ running: ['News', 'Trends'] });
  const asked = quit.request('user');
  await clock.advance(0);
  answer(false);
  await asked;
  expect(events).toEqual(['ask News,Trends']);
  expect(clock.pending()).toBe(0);
  const again = quit.request('user');
  await clock.advance(0);
  answer(true);
  await again;
  expect(events.slice(1)).toEqual(['ask News,Trends', 'ending', 'stop 20000', 'exit']);
});

it('answers itself', async () => {
  const { clock, events, quit } = setup({ running: ['News'] });
  const asked = quit.request('user');
  await clock.advance(dialogTimeoutMillis - 1);
  expect(events).toEqual(['ask News']);
  await clock.advance(1);
  await asked;
  expect(events).toEqual(['ask News', 'withdrawn', 'ending', 'stop 20000', 'exit']);
});

it('asks once however often quitting is requested', async () => {
  const { clock, events, quit, answer } = setup({ running: ['News'] });
  const asked = quit.request('user');
  await clock.advance(0);
  await quit.request('user');
  answer(true);
  await asked;
  await quit.request('user');
  expect(events).toEqual(['ask News', 'ending', 'stop 20000', 'exit']);
});

it.each([
  ['signal', 20_000],
  ['system', 3000],
  ['command', 20_000],
] as const)('does not ask on a %s', async (cause, drain) => {
  const { events, quit } = setup({ running: ['News'] });
  await quit.request(cause);
  expect(events).toEqual(['ending', `stop ${drain}`, 'exit']);
});

it('a signal decides an open question', async () => {
  const { clock, events, quit } = setup({ running: ['News'] });
  const asked = quit.request('user');
  await clock.advance(0);
  await quit.request('signal');
  await asked;
  expect(events).toEqual(['ask News', 'withdrawn', 'ending', 'stop 20000', 'exit']);
});

it('ends although the engine fails to', async () => {
  const { events, quit } = setup({ stop: () => Promise.reject(new Error('disk full')) });
  await quit.request('signal');
  expect(events).toEqual(['ending', 'stop 20000', 'The engine did not end cleanly', 'exit']);
});

it('ends although the engine never answers', async () => {
  const { clock, events, quit } = setup({ stop: () => new Promise(() => {}) });
  void quit.request('signal');
  await clock.advance(29_999);
  expect(events).toEqual(['ending', 'stop 20000']);
  await clock.advance(1);
  expect(events).toEqual(['ending', 'stop 20000', 'exit']);
});

it('ends although the desktop does not close, as on a full disk', async () => {
  const { events, quit } = setup({
    ending: () => {
      throw new Error('ENOSPC');
    },
  });
  await quit.request('signal');
  expect(events).toEqual(['ending', 'Part of the desktop did not close', 'stop 20000', 'exit']);
});

it('ends although the engine fails or does not answer when asked how long to drain', async () => {
  const failing = setup({ drainMillis: () => Promise.reject(new Error('disk full')) });
  await failing.quit.request('signal');
  expect(failing.events.slice(1)).toEqual(['ending', 'stop 0', 'exit']);

  const silent = setup({ drainMillis: () => new Promise(() => {}) });
  const ended = silent.quit.request('signal');
  await silent.clock.advance(3000);
  await ended;
  expect(silent.events.slice(1)).toEqual(['ending', 'stop 0', 'exit']);
});
