import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { folderAssets, type HttpServerDeps, startHttpServer } from '../../electron/api/index.ts';
import { durableFile } from '../../electron/store/index.ts';
import { systemClock } from '../../electron/system.ts';
import { web } from '../../shared/index.ts';
import { temporaryHome } from '../support/home.ts';
import { openMediaFiles } from '../support/media-files.ts';
import { seededRandom } from '../support/random.ts';
import { apiWith, status } from './world.ts';

export const json = { 'content-type': 'application/json' };

export async function openHttp(some: Partial<HttpServerDeps> = {}) {
  const folder = temporaryHome();
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>Belfry</title>');
  writeFileSync(join(folder, 'assets', 'app-1a2b.js'), 'export {};');
  writeFileSync(join(temporaryHome(), 'secret.txt'), 'secret');
  symlinkSync('/etc/passwd', join(folder, 'assets', 'linked.txt'));
  const { bridge, announcer, log, said } = apiWith({ 'status.get': async () => status });
  const home = temporaryHome();
  const media = openMediaFiles(home);
  onTestFinished(media.close);
  const opened = await startHttpServer({
    bridge,
    media,
    port: 0,
    assets: await folderAssets(folder),
    clock: systemClock,
    random: seededRandom(1),
    log,
    sessionFile: durableFile(join(home, 'sessions.json')),
    health: () => ({ ok: true, scheduler: 'running' }),
    metrics: () => 'belfry_up 1\n',
    ...some,
  });
  onTestFinished(() => opened.close());
  return { ...opened, home, announcer, said, base: `http://127.0.0.1:${opened.port}` };
}

export const codeOf = (link: string) =>
  new URLSearchParams(new URL(link).hash.slice(1)).get(web.codeParameter);

export async function signIn(opened: { base: string; mintLink(): string }): Promise<string> {
  const answer = await post(`${opened.base}${web.paths.session}`, { code: codeOf(opened.mintLink()) });
  expect(answer.status).toBe(200);
  return answer.body.value.token;
}

export async function post(url: string, body: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { ...json, ...headers },
    body:
      typeof body === 'string'
        ? body
        : body instanceof Uint8Array
          ? new Uint8Array(body)
          : JSON.stringify(body),
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}
