import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { wasNeverSent } from '../../electron/networks/http.ts';
import { masking } from '../../shared/index.ts';
import { answer, type ModelName, models } from '../support/fake-networks/index.ts';
import { createStage } from '../support/publishing.ts';

/** What an answer, or the lack of one, proves; and what of it may be kept. */

const failure = (code: string, syscall?: string) =>
  Object.assign(new Error(`${syscall ?? ''} ${code}`), { code, ...(syscall ? { syscall } : {}) });
const fetchFailed = (cause: Error) => new TypeError('fetch failed', { cause });

describe('never sent', () => {
  test.each<[string, Error, boolean]>([
    ['a refused connection', failure('ECONNREFUSED', 'connect'), true],
    ['a name that nobody knows', failure('ENOTFOUND', 'getaddrinfo'), true],
    ['no way to the host', failure('EHOSTUNREACH', 'connect'), true],
    ['a firewall of this machine', failure('EPERM', 'connect'), true],
    ['a connection that took too long', failure('UND_ERR_CONNECT_TIMEOUT'), true],
    ['a certificate of another host', failure('ERR_TLS_CERT_ALTNAME_INVALID'), true],
    ['no way to the host after it was reached', failure('EHOSTUNREACH', 'read'), false],
    ['no network after it was reached', failure('ENETUNREACH', 'read'), false],
    ['a refusal after it was reached', failure('ECONNREFUSED', 'read'), false],
    ['a pipe that broke', failure('EPIPE', 'write'), false],
    ['a code without its call', failure('ECONNREFUSED'), false],
    ['a connection that was closed while it was kept', failure('UND_ERR_SOCKET'), false],
    ['a proxy that gave no tunnel', failure('UND_ERR_ABORTED'), false],
    ['HTTP/2 gone away', failure('ERR_HTTP2_GOAWAY_SESSION'), false],
    ['a headers time-out', failure('UND_ERR_HEADERS_TIMEOUT'), false],
    ['every address refused', new AggregateError([failure('ECONNREFUSED', 'connect')]), true],
    [
      'one address refused, one lost on the way',
      new AggregateError([failure('ECONNREFUSED', 'connect'), failure('EHOSTUNREACH', 'read')]),
      false,
    ],
  ])('%s: %s is %s', (_, cause, proof) => {
    expect(wasNeverSent(fetchFailed(cause))).toBe(proof);
  });

  test.each(['http://127.0.0.1:2/', 'http://belfry.invalid/'])('what fetch throws for %s', async (url) => {
    const error: unknown = await fetch(url).catch((thrown: unknown) => thrown);
    expect(wasNeverSent(error)).toBe(true);
  });

  test.each(['EHOSTUNREACH', 'ENETUNREACH', 'ECONNREFUSED'])(
    'read %s after the request left: it is looked up, and is there once',
    async (code) => {
      let broken = false;
      const stage = await createStage({
        models: ['gotosocial'],
        needs: {
          async fetch(url, init) {
            const response = await fetch(url, init);
            if (broken || init?.method !== 'POST') return response;
            broken = true;
            throw fetchFailed(failure(code, 'read'));
          },
        },
      });
      const post = await stage.add({ text: 'a', accounts: ['gotosocial'] });
      await stage.untilQuiet();
      expect(stage.network.world.visible).toHaveLength(1);
      expect((await stage.publisher.get(post.id))?.status).toBe('published');
    },
  );
});

describe('secrets', () => {
  test('are hidden however they are written', () => {
    const { text, json } = masking(['a/b+c "d"', '']);
    expect(text('a/b+c "d", a%2Fb%2Bc%20%22d%22, a%2Fb%2Bc+%22d%22, a\\/b+c "d", a/b+c \\"d\\"')).toBe(
      '…, …, …, …, …',
    );
    expect(json({ 'a/b+c "d"': ['x a/b+c "d"', 1, null] })).toEqual({ '…': ['x …', 1, null] });
  });

  test.each<ModelName>(['mastodon-4.5', 'pixelfed', 'instagram', 'facebook'])(
    '%s: a server that says the token back does not get it stored or shown',
    async (model) => {
      const lines: string[] = [];
      const stage = await createStage({
        models: [model],
        needs: { log: (...line) => void lines.push(JSON.stringify(line)) },
      });
      const accounts = [...stage.networks.keys()];
      const { token, faults } = stage.network;
      const said = `Bearer ${token} (${encodeURIComponent(token)}) is bad`;
      const body =
        models[model].api === 'mastodon'
          ? { error: said }
          : { error: { message: said, code: 36000, fbtrace_id: token } };
      const media = [{ path: stage.picture('a.jpg'), url: 'https://cdn.example/a.jpg' }];
      const posts = [];
      for (const route of ['upload', 'container', 'draft', 'post', 'list', 'instance'] as const) {
        faults.next(route, answer(400, body));
        posts.push(await stage.add({ text: `for ${route}`, accounts, media }));
        await stage.patientBeat();
      }
      await stage.untilQuiet();
      faults.next('post', answer(401, body));
      posts.push(await stage.add({ text: 'sign in', accounts, media }));
      await stage.patientBeat();
      const histories = await Promise.all(posts.map(({ id }) => stage.publisher.history(id)));
      const shown = JSON.stringify([
        await stage.publisher.list({ limit: 100 }),
        histories,
        stage.told,
        lines,
      ]);
      expect(shown).toContain('is bad');
      expect(shown).not.toContain(token);
      await stage.publisher.stop();
      const kept = ['belfry.db', 'belfry.db-wal'].map((file) =>
        readFileSync(join(stage.home, file), 'latin1'),
      );
      expect(kept.join('')).not.toContain(token);
    },
  );

  test('a token that no header can carry is not in the error about it', async () => {
    const stage = await createStage({ needs: { token: async () => 'secret\ntoken' } });
    const post = await stage.add({ text: 'a', accounts: ['mastodon-4-5'] });
    await stage.patientBeat();
    const shown = JSON.stringify([
      await stage.publisher.get(post.id),
      await stage.publisher.history(post.id),
    ]);
    expect(shown).toContain('invalid');
    expect(shown).not.toContain('secret');
  });
});

test('a look that was cut off by an orderly stop says nothing about the post', async () => {
  const asked = Promise.withResolvers<void>();
  const stage = await createStage({
    models: ['gotosocial'],
    needs: {
      async fetch(url, init) {
        if (!isLook || !url.includes('/statuses')) return fetch(url, init);
        asked.resolve();
        return new Promise((_, reject) =>
          init?.signal?.addEventListener('abort', () => reject(init.signal?.reason)),
        );
      },
    },
  });
  let isLook = false;
  stage.network.faults.next('post', { kind: 'lost-request' });
  const post = await stage.add({ text: 'a', accounts: ['gotosocial'] });
  await stage.patientBeat();
  await stage.clock.advance(60_000);
  const before = [await stage.publisher.get(post.id), await stage.publisher.history(post.id)];
  isLook = true;
  const beat = stage.beat();
  await asked.promise;
  await stage.publisher.stop();
  await beat;
  expect([await stage.publisher.get(post.id), await stage.publisher.history(post.id)]).toEqual(before);
});
