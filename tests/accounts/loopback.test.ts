import { expect, onTestFinished, test } from 'vitest';
import { openLoopback } from '../../electron/accounts/loopback.ts';

const wanted = { mode: 'loopback', host: '127.0.0.1', port: 0, fixed: false, path: '/cb' } as const;

test('an answer that cannot be taken is logged, without its code; rubbish of strangers is not', async () => {
  const logged: unknown[] = [];
  const { address, close } = await openLoopback(
    wanted,
    () => Promise.reject(new Error('disk full')),
    (level, message, details) => logged.push([level, message, details]),
  );
  onTestFinished(close);
  expect((await fetch(new URL('/other', address))).status).toBe(404);
  expect(logged).toEqual([]);
  const broken = await fetch(`${address}?code=secret`);
  expect(broken.status).toBe(500);
  expect(await broken.text()).toContain('Something went wrong');
  expect(logged).toEqual([
    ['error', 'The answer of a browser to a sign-in could not be taken', { error: 'Error: disk full' }],
  ]);
});
