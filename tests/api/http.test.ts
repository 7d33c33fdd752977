import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { folderAssets } from '../../electron/api/index.ts';
import { noncePlaceholder, web } from '../../shared/index.ts';
import { handClock } from '../support/clock.ts';
import { temporaryHome } from '../support/home.ts';
import { openHttp, signIn } from './http-world.ts';
import { ask } from './raw-http.ts';

test('files have their types, the page is never cached and the hashed ones for ever', async () => {
  const { base } = await openHttp();
  const page = await fetch(`${base}/`);
  expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(page.headers.get('cache-control')).toBe('no-store');
  const script = await fetch(`${base}/assets/app-1a2b.js`);
  expect(script.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
  expect(script.headers.get('cache-control')).toContain('immutable');
  expect((await ask(Number(new URL(base).port), '/', {}, { method: 'HEAD' })).body).toBe('');
});

test.each([
  '/../secret.txt',
  '/..%2fsecret.txt',
  '/%2e%2e/%2e%2e/etc/passwd',
  '/assets/../../etc/passwd',
  '/..\\secret.txt',
  '//etc/passwd',
  '/assets/linked.txt',
  '/assets',
  '/index.html%00.js',
  '/%zz',
  'http://127.0.0.1/',
  '*',
])('%s is 404: only listed files are served', async (target) => {
  const { port } = await openHttp();
  expect((await ask(port, target)).status).toBe(404);
});

test('a window that was not built is 404 with what to do, and the server starts all the same', async () => {
  const { base } = await openHttp({ assets: await folderAssets(join(temporaryHome(), 'none')) });
  const response = await fetch(`${base}/`);
  expect(response.status).toBe(404);
  expect((await response.json()).error.message).toContain('npm run build');
});

test('every answer carries the strict headers', async () => {
  const { port } = await openHttp();
  for (const path of ['/', '/healthz', '/nothing', web.paths.call]) {
    const { head } = await ask(port, path);
    expect(head).toMatch(
      /content-security-policy: default-src 'none'; script-src 'self'; style-src 'self'( 'nonce-[\w-]{22}')?; /,
    );
    expect(head).toContain("require-trusted-types-for 'script'");
    expect(head).toContain("frame-ancestors 'none'");
    expect(head).toContain('x-content-type-options: nosniff');
    expect(head).toContain('referrer-policy: no-referrer');
    expect(head).not.toContain('unsafe');
  }
});

test('each answer with the page has a nonce of its own, which its policy admits', async () => {
  const page = `<script nonce="${noncePlaceholder}"></script>`;
  const { port } = await openHttp({
    assets: async (path) => (path === '/' ? { body: Buffer.from(page), type: 'text/html' } : undefined),
  });
  const nonces = new Set<string>();
  for (const _ of [1, 2]) {
    const { head, body } = await ask(port, '/');
    const [, nonce = ''] = /style-src 'self' 'nonce-([\w-]+)';/.exec(head) ?? [];
    // The head is read in lower case.
    expect(body.toLowerCase()).toContain(`<script nonce="${nonce}"></script>`);
    nonces.add(nonce);
  }
  expect(nonces.size).toBe(2);
});

test('health is 200 or 503, and metrics are in the text format of Prometheus', async () => {
  const sick = await openHttp({ health: () => ({ ok: false, reason: 'database' }) });
  const response = await fetch(`${sick.base}/healthz`);
  expect(response.status).toBe(503);
  expect(await response.json()).toEqual({ ok: false, reason: 'database' });
  const metrics = await fetch(`${sick.base}/metrics`);
  expect(metrics.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  expect(await metrics.text()).toBe('belfry_up 1\n');
});

test('a mistake of ours is 500 in the one error form, without a stack', async () => {
  const { base } = await openHttp({
    metrics: () => {
      throw new TypeError('oops');
    },
  });
  const response = await fetch(`${base}/metrics`);
  expect(response.status).toBe(500);
  const body = await response.json();
  expect(body.error.code).toBe('INTERNAL');
  expect(JSON.stringify(body)).not.toContain('.ts');
});

test('the event stream carries announcements line by line, and a heartbeat', async () => {
  const clock = handClock();
  const opened = await openHttp({ clock });
  const token = await signIn(opened);
  const response = await fetch(`${opened.base}${web.paths.events}`, {
    headers: { [web.tokenHeader]: token },
  });
  const reader = (response.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream()).getReader();
  expect((await reader.read()).value).toBe('\n');
  opened.announcer.announce({ name: 'jobs.changed' });
  expect((await reader.read()).value).toBe('{"name":"jobs.changed"}\n');
  await clock.advance(web.heartbeatMs);
  expect((await reader.read()).value).toBe('\n');
  await reader.cancel();
  await expect.poll(() => clock.pending()).toBe(0);
});

test('a taken port is PORT_IN_USE, in words', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => other.once('listening', resolve));
  onTestFinished(() => void other.close());
  const { port } = other.address() as AddressInfo;
  await expect(openHttp({ port })).rejects.toThrow(
    `PORT_IN_USE: Port ${port} is taken, on the loopback address. Another program listens there. Choose another with --port`,
  );
});

test('a port that is taken on ::1 alone is PORT_IN_USE too, and 127.0.0.1 is let go', async () => {
  const other = createServer().listen(0, '::1');
  await new Promise((resolve) => other.once('listening', resolve));
  const { port } = other.address() as AddressInfo;
  await expect(openHttp({ port })).rejects.toMatchObject({ code: 'PORT_IN_USE' });
  await new Promise((resolve) => other.close(resolve));
  expect((await openHttp({ port })).port).toBe(port);
});
