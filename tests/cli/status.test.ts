import { expect, test } from 'vitest';
import { status } from '../api/world.ts';
import { memory, serve } from './engine.ts';
import { running } from './running.ts';
import { belfry, json } from './terminal.ts';

test('status in words and as JSON; stop and start', async () => {
  const { run } = await running();
  const words = await run(['status']);
  expect(words.out).toContain('Belfry     0.1.0, headless, pid 4711');
  expect(words.out).toContain('Scheduler  running');
  expect(words.out).toContain('Window     http://127.0.0.1:1 (`belfry link` prints a link that opens it)');
  expect(words.out).not.toContain('#code');
  await run(['stop']);
  const result = await run(['status', '--json']);
  expect(json(result)).toMatchObject({ scheduler: 'paused', version: '0.1.0', running: [], next: null });
  expect(result.out).not.toContain('#code');
  await run(['start']);
  expect(json(await run(['status', '--json']))).toMatchObject({ scheduler: 'running' });
  expect(json(await run(['link', '--json']))).toEqual({ url: 'http://127.0.0.1:1/#code=c' });
});

test('status says when something keeps the engine from its work, and ends with 1', async () => {
  const trouble = [
    { code: 'DATABASE_UNUSABLE', message: 'DATABASE_UNUSABLE: Full, here. Why. What.' },
  ] as const;
  const running = Array.from({ length: 1000 }, (_, n) => ({
    runId: `r${n}`,
    jobId: `j${n}`,
    name: `Job ${n}`,
    startedAt: null,
  }));
  const sick = { ...status, warnings: [...trouble], trouble: [...trouble], running };
  const { home } = await serve({ 'status.get': async () => sick });
  const result = await belfry(['--home', home, 'status']);
  expect(result.code).toBe(1);
  expect(result.out).toMatch(/^Health {5}in trouble, see below$/m);
  expect(result.out).toMatch(/^Running {4}Job 0, Job 1, Job 2, Job 3, Job 4 and 995 more$/m);
  expect(result.out).toMatch(/^! DATABASE_UNUSABLE: Full/m);
  expect((await belfry(['--home', home, '--json', 'status'])).code).toBe(1);
});

test('status ends with 7 while something waits for the user, and says what to do about each account', async () => {
  const waiting = {
    ...status,
    counts: { ...status.counts, queuedPosts: 4, accountsNeedYou: 1, waitingPosts: 3 },
    accounts: [
      {
        id: 'ada',
        handle: '@ada@m.example',
        status: 'sign-in-needed' as const,
        reason: 'The token was revoked.',
        posts: 3,
      },
    ],
  };
  const { home } = await serve({ 'status.get': async () => waiting });
  const result = await belfry(['--home', home, 'status']);
  expect(result.code).toBe(7);
  expect(result.out).toMatch(/^Posts {6}4 queued, 3 of them wait for an account$/m);
  expect(result.out).toContain(
    '! @ada@m.example: sign-in-needed, 3 posts waiting. The token was revoked. Run: belfry accounts reconnect ada',
  );
  for (const counts of [{ needYou: 1 }, { accountsNeedYou: 1 }]) {
    const { home: other } = await serve({
      'status.get': async () => ({ ...status, counts: { ...status.counts, ...counts } }),
    });
    expect((await belfry(['--home', other, '--json', 'status'])).code).toBe(7);
  }
});

test('status says which due posts wait, and for what', async () => {
  const overdue = [
    { account: 'ada', waits: { for: 'scheduler' }, posts: 28, since: '2026-11-22T09:00:00.000Z' },
    { account: 'eve', waits: { for: 'sign-in' }, posts: 3, since: '2026-11-22T09:00:00.000Z' },
    { account: 'bob', waits: { for: 'order', post: 'p1' }, posts: 1, since: '2026-11-22T09:00:00.000Z' },
  ] as const;
  const { home } = await serve({ 'status.get': async () => ({ ...status, overdue: [...overdue] }) });
  const { out } = await belfry(['--home', home, 'status']);
  expect(out).toContain('  28 due posts of ada wait for the scheduler, which is paused');
  expect(out).toContain('  1 due post of bob waits for post p1 before it, as the account keeps the order');
  expect(out).not.toContain('of eve'); // It is named with the accounts.
});

test('quit waits until the engine has gone', async () => {
  const kept = memory();
  let gone = false;
  const served = await serve({
    ...kept.handlers,
    'engine.quit': async () => {
      setImmediate(async () => {
        await new Promise((resolve) => setImmediate(resolve));
        gone = true;
        await served.close();
      });
      return {};
    },
  });
  const result = await belfry(['--home', served.home, 'quit']);
  expect(result).toEqual({ code: 0, out: 'Belfry has ended.\n', err: '' });
  expect(gone).toBe(true);
});
