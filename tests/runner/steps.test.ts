import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryHome } from '../support/home.ts';
import { jobOf, openRunner, sh } from './support.ts';

const command = (name: string, line: string, change = {}) => ({
  type: 'command' as const,
  name,
  command: sh(line),
  ...change,
});

test('a step’s last JSON value is kept and handed to the later steps', async () => {
  const belfry = await openRunner([
    jobOf([
      command('find Topics', `echo looking; printf '{\\n  "topics": ["a", "b"]\\n}\\n'`, { output: 'json' }),
      command('count', 'echo 1; echo 42', { output: 'json' }),
      command('use', 'echo "$BELFRY_STEP_FIND_TOPICS $BELFRY_STEP_COUNT"'),
    ]),
  ]);
  const run = await belfry.run();
  expect(run.steps.map((step) => step.result)).toEqual(['{"topics":["a","b"]}', '42', undefined]);
  expect((await belfry.output(run.id)).at(-1)).toBe('{"topics":["a","b"]} 42');
});

test('a step that should print JSON and prints none fails', async () => {
  const belfry = await openRunner([jobOf([command('x', 'echo no json', { output: 'json' })])]);
  expect((await belfry.run()).reason).toBe('Step "x" failed: It printed no JSON value at its end.');
});

test('a failed pipeline is resumed from its failed step, with the result of the steps before', async () => {
  const home = temporaryHome();
  const job = jobOf([
    command('one', `echo ran >> ${home}/one; echo '{"n":1}'`, { output: 'json' }),
    command('two', `test -e ${home}/ready || exit 4; echo "got $BELFRY_STEP_ONE"`),
    command('three', 'echo done'),
  ]);
  const belfry = await openRunner([job], {}, home);
  const failed = await belfry.run();
  expect(failed.steps.map((step) => step.status)).toEqual(['success', 'failed', 'skipped']);
  writeFileSync(join(home, 'ready'), '');
  const resumed = await belfry.end((await belfry.runner.resume(failed.id)).id);
  expect(resumed.status).toBe('success');
  expect(resumed.steps.map((step) => [step.status, step.result])).toEqual([
    ['skipped', '{"n":1}'],
    ['success', undefined],
    ['success', undefined],
  ]);
  expect(resumed.steps[0]?.error).toBe(`Kept from run ${failed.id}.`);
  expect(await belfry.output(resumed.id)).toEqual(['got {"n":1}', 'done']);
  await expect(belfry.runner.resume(resumed.id)).rejects.toThrow(/^CONFLICT: .*is success/);

  const again = await belfry.end((await belfry.runner.runNow('job', { fromStep: 2 })).id);
  expect(await belfry.output(again.id)).toEqual(['got {"n":1}', 'done']);
  await expect(belfry.runner.runNow('job', { fromStep: 4 })).rejects.toThrow(
    /^BAD_INPUT: There is no step 4/,
  );
});

test('a step may be tried again within its run', async () => {
  const home = temporaryHome();
  const retry = { attempts: 2, delaySeconds: 0.1, factor: 2 };
  const belfry = await openRunner([
    jobOf([command('flaky', `echo x >> ${home}/tries; test $(wc -l < ${home}/tries) -ge 3`, { retry })]),
  ]);
  const run = await belfry.run();
  expect(run.status).toBe('success');
  expect(await belfry.output(run.id)).toEqual([
    'It ended with exit code 1. Try 2 of 3 in 0.1 s.',
    'It ended with exit code 1. Try 3 of 3 in 0.2 s.',
  ]);
});

test('what a command says last on its standard error is in the reason, masked', async () => {
  const secret = 'canary-4711-secret';
  const belfry = await openRunner(
    [jobOf([command('draft', `echo fine; echo "no feed at ${secret}" >&2; echo "giving up" >&2; exit 3`)])],
    { knownSecrets: new Set([secret]) },
  );
  const run = await belfry.run();
  const error = 'It ended with exit code 3: no feed at ••• / giving up';
  expect(run.steps[0]?.error).toBe(error);
  expect(run.reason).toBe(`Step "draft" failed: ${error}`);
  expect(belfry.finished).toMatchObject([{ reason: run.reason }]);
});

test('a run that waits for its next try can be cancelled', async () => {
  const retry = { attempts: 1, delaySeconds: 600, factor: 1 };
  const belfry = await openRunner([jobOf([command('flaky', 'exit 1', { retry })])]);
  const { id } = await belfry.runner.runNow('job');
  await expect.poll(() => belfry.lines.length).toBe(1);
  expect(await belfry.runner.cancel(id)).toMatchObject({ status: 'cancelled' });
});

/** A server that notes requests and answers with the given status. */
async function serve(status: number, answer = 'thanks') {
  const requests: { method: string; url: string; headers: Record<string, unknown>; body: string }[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const { method = '', url = '', headers } = request;
    requests.push({ method, url, headers, body });
    if (status > 0) response.writeHead(status).end(answer);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  onTestFinished(close);
  return { requests, close, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook` };
}

test('a webhook sends what it was given, and keeps the answer', async () => {
  const { url, requests } = await serve(201);
  const belfry = await openRunner([
    jobOf([
      { type: 'webhook', name: 'tell', url, headers: { 'X-Team': 'a' }, body: { text: 'hi' }, expect: [201] },
    ]),
  ]);
  const run = await belfry.run();
  expect(run.status).toBe('success');
  expect(requests).toMatchObject([
    {
      method: 'POST',
      url: '/hook',
      body: '{"text":"hi"}',
      headers: { 'content-type': 'application/json', 'x-team': 'a', 'idempotency-key': `${run.id}-0` },
    },
  ]);
  expect(await belfry.output(run.id)).toEqual([`POST ${new URL(url).origin}/…: 201 Created`, 'thanks']);
});

test('an unexpected answer, no answer and no server fail the webhook', async () => {
  const reasonOf = async (url: string, change = {}) =>
    (await (await openRunner([jobOf([{ type: 'webhook', name: 'tell', url, ...change }])])).run()).steps[0];
  expect(await reasonOf((await serve(500)).url)).toMatchObject({
    status: 'failed',
    error: 'The server answered 500, expected was 200 to 299.',
  });
  expect(await reasonOf((await serve(0)).url, { timeoutSeconds: 1 })).toMatchObject({ status: 'timed-out' });
  const gone = await serve(200);
  gone.close();
  expect((await reasonOf(gone.url))?.error).toMatch(
    /^NETWORK_UNREACHABLE: http:.* cannot be reached, step "tell" of job "job"\. .*ECONNREFUSED/,
  );
});

test('a webhook’s address and its secret headers stand in nothing that is kept or shown', async () => {
  const server = await serve(500, 'no hook /services/T1/canary-path, token canary-query or canary-head-1');
  const { origin } = new URL(server.url);
  const url = `${origin}/services/T1/canary-path?token=canary-query`;
  const headers = { Authorization: 'Bearer canary-head-1' };
  const belfry = await openRunner([jobOf([{ type: 'webhook', name: 'tell', url, headers }])]);
  const refused = await belfry.run();
  expect(server.requests[0]?.url).toBe('/services/T1/canary-path?token=canary-query');
  server.close();
  const lost = await belfry.run();
  expect(lost.reason).toContain(`NETWORK_UNREACHABLE: ${origin}/… cannot be reached`);
  const planned = await belfry.runner.preview('job');
  expect(planned[0]?.argv).toEqual(['POST', `${origin}/…`]);
  const output = [await belfry.output(refused.id), await belfry.output(lost.id)];
  expect(output[0]).toEqual([`POST ${origin}/…: 500 Internal Server Error`, 'no hook •••, token ••• or •••']);
  const { announced, finished, lines } = belfry;
  expect(JSON.stringify([refused, lost, planned, output, announced, finished, lines])).not.toContain(
    'canary',
  );
});

test('of an endless answer to a webhook the beginning is read', async () => {
  const server = createServer((_, response) => {
    response.writeHead(200);
    const more = () => {
      while (response.write('x'.repeat(16 * 1024)));
    };
    response.on('drain', more);
    more();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const belfry = await openRunner([jobOf([{ type: 'webhook', name: 'tell', url }])]);
  const run = await belfry.run();
  expect(run.status).toBe('success');
  const output = await belfry.output(run.id);
  expect(output.includes('The answer is longer; its first 65536 bytes are kept.')).toBe(true);
  expect(output.join('').length).toBeLessThan(70_000);
});
