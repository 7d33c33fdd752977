import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { json, text as textOf } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { chromium } from 'playwright-core';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryHome } from './support/home.ts';
import { findBrowser } from './support/window/browser.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const seconds = { timeout: 60_000, interval: 100 };

/** The sources with one network more: a file, a line where networks are listed, and a row of what clients know of it. */
function sourcesWithToy(): string {
  const copy = temporaryHome();
  for (const part of ['electron', 'shared', 'renderer', 'tests/support', 'package.json', 'vite.config.ts'])
    cpSync(join(root, part), join(copy, part), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  const file = readFileSync(join(root, 'tests/support/toy-network.ts'), 'utf8');
  writeFileSync(join(copy, 'electron/networks/toy.ts'), file.replaceAll('../../electron/networks/', './'));
  const edit = (path: string, from: string, to: string) => {
    const text = readFileSync(join(copy, path), 'utf8');
    expect(text).toContain(from);
    writeFileSync(join(copy, path), text.replace(from, to));
  };
  edit(
    'electron/networks/registry.ts',
    'const descriptors',
    "import { toy } from './toy.ts';\nconst descriptors",
  );
  edit('electron/networks/registry.ts', '  facebook,\n};', '  facebook,\n  toy,\n};');
  const way = "{ id: 'toy', text: 'Toy', server: null, scopes: '', ownApp: null }";
  const row = `toy: { title: 'Toy', family: 'toy', signIns: [${way}], formats: [], characters: 20, counting: plain, lendsAddresses: false },`;
  edit('shared/networks.ts', '} as const satisfies', `${row}\n} as const satisfies`);
  return copy;
}

/** A server of that network: keeps posts, and loses the answer to those that say so. */
async function toyServer() {
  const posts: { id: string; text: string }[] = [];
  let challenge = '';
  const server = createServer(async (request, response) => {
    const answer = (status: number, body: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    const { pathname, searchParams: query } = new URL(request.url ?? '/', 'http://localhost');
    if (pathname === '/authorize') {
      challenge = query.get('code_challenge') ?? '';
      const back = new URL(query.get('redirect_uri') ?? '');
      back.search = String(new URLSearchParams({ code: 'a-code', state: query.get('state') ?? '' }));
      return response.writeHead(302, { location: String(back) }).end();
    }
    if (pathname === '/token') {
      const form = new URLSearchParams(await textOf(request));
      const proof = createHash('sha256')
        .update(form.get('code_verifier') ?? '')
        .digest('base64url');
      const isHers = form.get('code') === 'a-code' && proof === challenge;
      return isHers ? answer(200, { access_token: 'a-toy-token' }) : answer(400, { error: 'invalid_grant' });
    }
    if (request.headers.authorization !== 'Bearer a-toy-token') return answer(401, {});
    if (request.url === '/me') return answer(200, { id: '7', name: 'ada' });
    if (request.method === 'GET') return answer(200, posts);
    const { text } = (await json(request)) as { text: string };
    const post = { id: String(posts.length + 1), text };
    posts.unshift(post);
    if (text.includes('lost')) request.socket.destroy();
    else answer(200, post);
    return undefined;
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  onTestFinished(() => void server.close());
  return { posts, address: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** The host with its window on loopback, from these sources; the link to the window, for one use. */
async function startHost(sources: string, home: string): Promise<string> {
  const program = join(sources, 'host.ts');
  const options = { home, version: '0.0.0', port: 0, window: true, log: 'text', demo: false };
  const files = { assets: join(sources, 'dist/renderer'), helper: '', mediaWorker: '' };
  writeFileSync(
    program,
    `import { runHeadless } from './electron/headless.ts';
process.exitCode = await runHeadless(${JSON.stringify({ ...options, ...files })});`,
  );
  const host: ChildProcess = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => void host.kill('SIGKILL'));
  return new Promise((resolve, reject) => {
    let said = '';
    const hear = (chunk: Buffer) => {
      said += chunk;
      const link = /window: (http\S+)/.exec(said)?.[1];
      if (link !== undefined) resolve(link);
    };
    host.stdout?.on('data', hear);
    host.stderr?.on('data', hear);
    host.once('exit', () => reject(new Error(`The host ended: ${said}`)));
  });
}

const executablePath = findBrowser();

test.skipIf(!executablePath)(
  'a network of one file and one line signs in, publishes, loses an answer and finds its post, by window and command line',
  async () => {
    const sources = sourcesWithToy();
    const { posts, address } = await toyServer();
    const home = temporaryHome();
    writeFileSync(
      join(home, 'config.json'),
      JSON.stringify({ settings: { spacingSeconds: 0, settleSeconds: 1 } }),
    );
    const run = promisify(execFile);
    await run(process.execPath, [join(sources, 'electron/dev/build.mjs'), 'cli', 'renderer'], {
      cwd: sources,
    });
    const link = await startHost(sources, home);
    const cli = join(sources, 'dist/electron/cli.cjs');
    const belfry = async (args: string[], input = '') => {
      const running = run(process.execPath, [cli, '--home', home, '--json', ...args]);
      running.child.stdin?.end(input);
      // A check that finds something ends with a code of its own.
      const { stdout } = await running.catch((failed: { stdout: string }) => failed);
      return JSON.parse(stdout);
    };

    // The window: the network is offered, its sign-in goes through the browser, and the composer counts by its limit.
    const browser = await chromium.launch({
      executablePath: executablePath ?? '',
      args: ['--no-sandbox', '--disable-gpu'],
    });
    onTestFinished(() => browser.close());
    const page = await browser.newPage();
    page.setDefaultTimeout(30_000);
    await page.goto(link);
    const goTo = (hash: string) => page.evaluate((to) => location.assign(to), hash);
    await goTo('#/new-account');
    await page.getByLabel('Toy', { exact: true }).check();
    await page.getByLabel('Server').fill(address);
    await page.getByRole('button', { name: 'Sign in with browser' }).click();
    const signIn = await page.getByRole('link', { name: 'Open the sign-in page' }).getAttribute('href');
    const person = await browser.newPage();
    await person.goto(signIn ?? '');
    await page.getByText('@ada can be published to.').waitFor();
    await goTo('#/new-post');
    const text = page.getByRole('textbox', { name: 'Text', exact: true });
    await text.fill('x'.repeat(21));
    await page.getByRole('checkbox', { name: /ada/ }).check();
    await page.getByText('which takes 20; shorten the text by 1 character').waitFor();
    await text.fill('From the window');
    await page.getByRole('radio', { name: 'Now' }).check();
    await page.getByRole('button', { name: 'Publish now' }).click();

    // The command line, the same account by its token, and an answer that is lost.
    const [ada] = await belfry(['accounts']);
    expect(ada).toMatchObject({ network: 'toy', handle: '@ada', status: 'ready' });
    const post = (words: string) =>
      JSON.stringify({ text: words, accounts: [ada.id], publishAt: new Date().toISOString() });
    const check = await belfry(['posts', 'check', '-'], post('x'.repeat(21)));
    expect(JSON.stringify(check)).toContain('which takes 20; shorten the text by 1 character');
    for (const words of ['Hello', 'This one is lost']) await belfry(['posts', 'add', '-'], post(words));
    const statuses = async () => (await belfry(['posts'])).map((one: { status: string }) => one.status);
    await expect.poll(statuses, seconds).toEqual(['published', 'published', 'published']);
    expect(posts.map(({ text: words }) => words).sort()).toEqual([
      'From the window',
      'Hello',
      'This one is lost',
    ]);

    // And the window again: shown with the network's name.
    const lost = (await belfry(['posts'])).find(({ text: words }: { text: string }) =>
      words.includes('lost'),
    );
    await goTo(`#/posts/${lost.id}`);
    await page.getByText('This one is lost').first().waitFor();
    await page
      .getByText(/^Toy · 127\.0\.0\.1/)
      .first()
      .waitFor();
  },
  240_000,
);
