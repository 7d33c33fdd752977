import { execFile, spawn } from 'node:child_process';
import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryHome } from './support/home.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const seconds = { timeout: 60_000, interval: 100 };

/** The sources with one network more: a file, a line where networks are listed, and a row of what clients know of it. */
function sourcesWithToy(): string {
  const copy = temporaryHome();
  for (const part of ['electron', 'shared', 'tests/support', 'package.json'])
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
  const server = createServer(async (request, response) => {
    const answer = (status: number, body: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
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

test('a network of one file and one line signs in, publishes, loses an answer and finds its post again', async () => {
  const sources = sourcesWithToy();
  const { posts, address } = await toyServer();
  const home = temporaryHome();
  writeFileSync(
    join(home, 'config.json'),
    JSON.stringify({ settings: { spacingSeconds: 0, settleSeconds: 1 } }),
  );
  const engine = spawn(process.execPath, [join(sources, 'tests/support/engine-child.ts'), home, ''], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void engine.kill('SIGKILL'));
  await new Promise((resolve) => engine.stdout.once('data', resolve));
  const run = promisify(execFile);
  await run(process.execPath, [join(sources, 'electron/dev/build.mjs'), 'cli'], { cwd: sources });
  const cli = join(sources, 'dist/electron/cli.cjs');
  const belfry = async (args: string[], input = '') => {
    const running = run(process.execPath, [cli, '--home', home, '--json', ...args]);
    running.child.stdin?.end(input);
    // A check that finds something ends with a code of its own.
    const { stdout } = await running.catch((failed: { stdout: string }) => failed);
    return JSON.parse(stdout);
  };

  expect(await belfry(['accounts', 'add', 'toy', address, '--id', 'me'], 'a-toy-token\n')).toMatchObject({
    id: 'me',
    network: 'toy',
    handle: '@ada',
    status: 'ready',
  });
  const post = (text: string) =>
    JSON.stringify({ text, accounts: ['me'], publishAt: new Date().toISOString() });
  const check = await belfry(['posts', 'check', '-'], post('x'.repeat(21)));
  expect(JSON.stringify(check)).toContain('which takes 20; shorten the text by 1 character');
  for (const text of ['Hello', 'This one is lost']) await belfry(['posts', 'add', '-'], post(text));
  const statuses = async () => (await belfry(['posts'])).map((post: { status: string }) => post.status);
  await expect.poll(statuses, seconds).toEqual(['published', 'published']);
  expect(posts.map(({ text }) => text)).toEqual(['This one is lost', 'Hello']);
}, 120_000);
