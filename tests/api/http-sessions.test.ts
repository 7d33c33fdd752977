import { expect, test } from 'vitest';
import { web } from '../../shared/index.ts';
import { handClock } from '../support/clock.ts';
import { codeOf, openHttp, post, signIn } from './http-world.ts';
import { status } from './world.ts';

test('the link signs in once, and the token opens calls', async () => {
  const opened = await openHttp();
  const link = opened.mintLink();
  expect(link).toMatch(new RegExp(`^${opened.base}/#code=[0-9a-f-]{36}$`));
  const first = await post(`${opened.base}${web.paths.session}`, { code: codeOf(link) });
  expect(first).toMatchObject({ status: 200, body: { ok: true } });
  const again = await post(`${opened.base}${web.paths.session}`, { code: codeOf(link) });
  expect(again).toMatchObject({ status: 403, body: { ok: false, error: { code: 'NOT_ALLOWED' } } });
  const call = await post(
    `${opened.base}${web.paths.call}`,
    { name: 'status.get', input: {} },
    { [web.tokenHeader]: first.body.value.token },
  );
  expect(call).toMatchObject({ status: 200, body: { ok: true, value: status } });
});

test('a code expires after ten minutes, and only the newest sixteen are kept', async () => {
  const clock = handClock();
  const opened = await openHttp({ clock });
  const redeem = (link: string) => post(`${opened.base}${web.paths.session}`, { code: codeOf(link) });
  const early = opened.mintLink();
  await clock.advance(10 * 60_000 - 1);
  const late = opened.mintLink();
  expect((await redeem(early)).status).toBe(200);
  await clock.advance(10 * 60_000);
  expect((await redeem(late)).status).toBe(403);
  const links = Array.from({ length: 17 }, () => opened.mintLink());
  expect((await redeem(links[0] ?? '')).status).toBe(403);
  expect((await redeem(links[1] ?? '')).status).toBe(200);
});

test.each([{}, { code: 1 }, { code: ['a'] }, { code: '' }])('sign-in with %j is refused', async (body) => {
  const opened = await openHttp();
  opened.mintLink();
  expect((await post(`${opened.base}${web.paths.session}`, body)).status).toBe(403);
});

test('each window has a token of its own, which ends a week after its last use and after 30 days at most', async () => {
  const clock = handClock();
  const opened = await openHttp({ clock });
  const day = 24 * 3_600_000;
  const status = async (token: string) =>
    (
      await post(
        `${opened.base}${web.paths.call}`,
        { name: 'status.get', input: {} },
        { [web.tokenHeader]: token },
      )
    ).status;
  const idle = await signIn(opened);
  const used = await signIn(opened);
  expect(idle).not.toBe(used);
  await clock.advance(6 * day);
  expect(await status(used)).toBe(200);
  await clock.advance(day);
  expect([await status(idle), await status(used)]).toEqual([401, 200]);
  for (let days = 7; days < 28; days += 3) {
    expect(await status(used)).toBe(200);
    await clock.advance(3 * day);
  }
  await clock.advance(2 * day);
  expect(await status(used)).toBe(401);
});

test('sessions can be ended, with the streams of their windows', async () => {
  const clock = handClock();
  const opened = await openHttp({ clock });
  const token = await signIn(opened);
  const stream = await fetch(`${opened.base}${web.paths.events}`, { headers: { [web.tokenHeader]: token } });
  const reader = stream.body?.getReader();
  expect((await reader?.read())?.done).toBe(false);
  opened.endSessions();
  await clock.advance(web.heartbeatMs);
  expect((await reader?.read())?.done).toBe(true);
  expect(
    (await post(`${opened.base}${web.paths.call}`, { name: 'status.get' }, { [web.tokenHeader]: token }))
      .status,
  ).toBe(401);
  expect(await signIn(opened)).not.toBe(token);
});

test('a restarted engine knows its windows by digests of their tokens, until their sessions are ended', async () => {
  let kept: string | null = null;
  const sessionFile = {
    read: async () => kept,
    write: async (text: string) => {
      kept = text;
    },
  };
  const before = await openHttp({ sessionFile });
  const token = await signIn(before);
  await before.close();
  expect(kept).not.toContain(token);
  const after = await openHttp({ sessionFile });
  const call = async (base: string) =>
    (await post(`${base}${web.paths.call}`, { name: 'status.get', input: {} }, { [web.tokenHeader]: token }))
      .status;
  expect(await call(after.base)).toBe(200);
  after.endSessions();
  await after.close();
  const last = await openHttp({ sessionFile });
  expect(await call(last.base)).toBe(401);
});

test.each(['', '{', '[]', '{"sessions":[{"digest":"x","startedAt":0,"usedAt":0}]}', '{"sessions":{}}'])(
  'kept sessions that cannot be read (%j) end sessions, not the engine',
  async (text) => {
    const opened = await openHttp({ sessionFile: { read: async () => text, write: async () => {} } });
    expect(opened.said.map(({ message }) => message)).toContainEqual(
      expect.stringMatching(/could not be read: each window needs a fresh link/),
    );
    expect(await signIn(opened)).toMatch(/^[0-9a-f-]{36}$/);
  },
);

test('a window is signed in although its session cannot be kept, and the log says so', async () => {
  const sessionFile = {
    read: async () => null,
    write: async () => {
      throw new Error('ENOSPC');
    },
  };
  const opened = await openHttp({ sessionFile });
  await signIn(opened);
  expect(opened.said.map(({ message }) => message)).toContainEqual(
    expect.stringMatching(/could not be kept/),
  );
});
