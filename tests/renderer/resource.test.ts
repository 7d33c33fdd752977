import { expect, test } from 'vitest';
import { CallError } from '../../renderer/api/call-error.ts';
import { createResource } from '../../renderer/api/resource.ts';
import { handClock } from '../support/clock.ts';

type Pending = { answer(value: string): void; fail(error: unknown): void };

function resource(quietMs = 300) {
  const clock = handClock();
  const pending: Pending[] = [];
  const made = createResource<string>(() => new Promise((answer, fail) => pending.push({ answer, fail })), {
    wait: clock.setTimer,
    quietMs,
    initial: undefined,
  });
  return { clock, pending, ...made };
}

test('refreshes during a fetch and in the quiet time after it become one', async () => {
  const r = resource();
  r.start();
  for (let i = 0; i < 50; i += 1) r.refresh();
  expect(r.pending).toHaveLength(1);
  r.pending[0]?.answer('first');
  await r.clock.advance(299);
  expect(r.pending).toHaveLength(1);
  expect(r.state()).toMatchObject({ data: 'first', busy: false });
  r.refresh();
  await r.clock.advance(1);
  expect(r.pending).toHaveLength(2);
  r.pending[1]?.answer('second');
  await r.clock.advance(10_000);
  expect(r.pending).toHaveLength(2);
  expect(r.state()).toMatchObject({ data: 'second', busy: false });
});

test('old data stays while new is fetched, and when that fails', async () => {
  const r = resource(0);
  r.start();
  r.pending[0]?.answer('old');
  await r.clock.advance(1);
  r.refresh();
  expect(r.state()).toMatchObject({ data: 'old', busy: true });
  r.pending[1]?.fail(new CallError({ code: 'NOT_RUNNING', message: 'NOT_RUNNING: gone' }));
  await r.clock.advance(1);
  expect(r.state()).toMatchObject({ data: 'old', busy: false, error: { code: 'NOT_RUNNING' } });
  r.refresh();
  r.pending[2]?.answer('new');
  await r.clock.advance(1);
  expect(r.state()).toEqual({ data: 'new', busy: false, error: undefined });
});

test('an answer after the end is ignored, also when it was started again meanwhile', async () => {
  const r = resource();
  r.start();
  r.stop();
  r.start();
  r.pending[1]?.answer('mine');
  await r.clock.advance(1);
  r.pending[0]?.answer('too late');
  await r.clock.advance(1000);
  expect(r.state().data).toBe('mine');
});

test('nothing is fetched after the end', async () => {
  const r = resource();
  r.start();
  r.pending[0]?.answer('x');
  await r.clock.advance(1);
  r.refresh();
  r.stop();
  await r.clock.advance(10_000);
  r.refresh();
  expect(r.pending).toHaveLength(1);
  expect(r.clock.pending()).toBe(0);
});

test('listeners hear each change until they leave', async () => {
  const r = resource();
  let heard = 0;
  const leave = r.watch(() => {
    heard += 1;
  });
  r.start();
  r.pending[0]?.answer('x');
  await r.clock.advance(1);
  expect(heard).toBe(1);
  leave();
  await r.clock.advance(1000);
  r.refresh();
  expect(heard).toBe(1);
});
