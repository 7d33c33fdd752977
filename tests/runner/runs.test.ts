import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { runBuiltin } from '../../electron/runner/steps/run-step.ts';
import { handClock } from '../support/clock.ts';
import { temporaryHome } from '../support/home.ts';
import { jobOf, openRunner, processesWith, sh } from './support.ts';

const steps = (run: { steps: { status: string }[] }) => run.steps.map((step) => step.status);

test('steps run in order, their output is kept line by line with its stream', async () => {
  const belfry = await openRunner([jobOf(['echo one; echo bad >&2', 'echo two'])]);
  const run = await belfry.run();
  expect(run).toMatchObject({ status: 'success', cause: 'manual', attempt: 1, reason: null });
  expect(run.steps.map((step) => [step.status, step.exitCode])).toEqual([
    ['success', 0],
    ['success', 0],
  ]);
  const output = await belfry.reader.output({ id: run.id, limit: 10, tail: false });
  expect(output.map(({ step, stream, text }) => [step, stream, text]).sort()).toEqual([
    [0, 'stderr', 'bad'],
    [0, 'stdout', 'one'],
    [1, 'stdout', 'two'],
  ]);
  expect(await belfry.reader.get(run.id)).toEqual(run);
});

test('a failed step stops the run, unless it says continue; clean-up steps run', async () => {
  const step = (line: string, change = {}) => ({
    type: 'command' as const,
    name: line,
    command: sh(line),
    ...change,
  });
  const belfry = await openRunner([
    jobOf([
      step('exit 1', { continue: true }),
      step('exit 3'),
      step('true'),
      step('echo fixed', { when: 'failure' }),
    ]),
  ]);
  const run = await belfry.run();
  expect(run.status).toBe('failed');
  expect(run.reason).toBe('Step "exit 3" failed: It ended with exit code 3.');
  expect(steps(run)).toEqual(['failed', 'failed', 'skipped', 'success']);
});

test('a step that takes too long is ended, and the run says so', async () => {
  const belfry = await openRunner([
    jobOf([{ type: 'command', name: 'slow', command: ['sleep', '300.1'], timeoutSeconds: 1 }]),
  ]);
  const run = await belfry.run();
  expect(run.status).toBe('timed-out');
  expect(run.steps[0]).toMatchObject({ status: 'timed-out', signal: 'SIGTERM' });
  expect(processesWith('300.1')).toEqual([]);
});

test('a step that is stopped says up to where its output was read, and that it has no result', async () => {
  const step = { type: 'command' as const, output: 'json' as const };
  const print = `echo '{"n":1}'; echo odd >&2;`;
  const held = `(env -i setsid sleep 300.9 &);`;
  const jobs = Object.entries({ whole: print, held: print + held }).map(([id, line]) =>
    jobOf([{ ...step, name: id, command: sh(`${line} exec sleep 300.8`) }], { id }),
  );
  const belfry = await openRunner(jobs);
  onTestFinished(() => {
    for (const pid of processesWith('sleep\x00300.9')) process.kill(pid);
  });
  const stopped = async (job: string) => {
    const { id } = await belfry.runner.runNow(job);
    await expect.poll(async () => (await belfry.output(id)).length).toBe(2);
    expect((await belfry.runner.cancel(id)).steps[0]?.error).toBe('It was cancelled.');
    return (await belfry.output(id)).slice(2).filter((line) => !line.startsWith('Ended '));
  };
  const read =
    'Read until the step was stopped: 1 line (8 bytes) of standard output and 1 line (4 bytes) of standard error';
  const noResult = 'No result was taken from its output, since it was stopped.';
  expect(await stopped('whole')).toEqual([`${read}, which is all of it.`, noResult]);
  expect(await stopped('held')).toEqual([`${read}, and nothing of what came after.`, noResult]);
});

test('a run that takes too long is ended; only its clean-up still runs', async () => {
  const always = {
    type: 'command' as const,
    name: 'clean',
    command: sh('echo cleaned'),
    when: 'always' as const,
  };
  const belfry = await openRunner([jobOf(['sleep 300.2', 'true', always], { timeoutSeconds: 1 })]);
  const run = await belfry.run();
  expect(run.status).toBe('timed-out');
  expect(run.reason).toBe('The run took longer than its time-out of 1 s.');
  expect(steps(run)).toEqual(['timed-out', 'skipped', 'success']);
  expect(await belfry.output(run.id)).toEqual(['cleaned']);
});

test('cancel ends the processes and waits for it', async () => {
  const belfry = await openRunner([jobOf(['sleep 300.3 & sleep 300.3; wait'])]);
  const { id } = await belfry.runner.runNow('job');
  await expect.poll(() => processesWith('300.3').length).toBeGreaterThan(1);
  expect(await belfry.runner.cancel(id)).toMatchObject({ status: 'cancelled', reason: 'It was cancelled.' });
  expect(processesWith('300.3')).toEqual([]);
  await expect(belfry.runner.cancel(id)).rejects.toThrow(/^CONFLICT/);
  await expect(belfry.runner.cancel('unknown')).rejects.toThrow(/^NOT_FOUND/);
});

test('a command learns of its run, and of nothing that is Belfry’s own', async () => {
  const belfry = await openRunner([
    jobOf(['env | grep -c BELFRY; echo $BELFRY_RUN_ID $BELFRY_JOB_ID $BELFRY_ATTEMPT']),
  ]);
  const run = await belfry.run();
  expect(await belfry.output(run.id)).toEqual(['3', `${run.id} job 1`]);
});

test('standard input is closed', async () => {
  const belfry = await openRunner([jobOf(['cat; echo end'])]);
  const run = await belfry.run();
  expect(await belfry.output(run.id)).toEqual(['end']);
});

test('a missing command, a missing folder, a folder and a file without rights have different errors', async () => {
  const home = temporaryHome();
  mkdirSync(join(home, 'dir'));
  writeFileSync(join(home, 'plain.sh'), '#!/bin/sh\n', { mode: 0o644 });
  writeFileSync(join(home, 'lost.sh'), '#!/no/such/interpreter\n', { mode: 0o755 });
  const command = (argv: string[], change = {}) => ({
    type: 'command' as const,
    name: 'x',
    command: argv,
    ...change,
  });
  const errorOf = async (step: ReturnType<typeof command>) =>
    (await (await openRunner([jobOf([step])], {}, home)).run()).steps[0]?.error;
  expect(await errorOf(command(['no-such-program']))).toMatch(
    /^COMMAND_NOT_FOUND: The program "no-such-program" cannot be run, step "x" of job "job"\. It is in none of these places: .*\/bin/,
  );
  expect(await errorOf(command(['./dir']))).toMatch(/^COMMAND_NOT_FOUND: .* is a folder\./);
  expect(await errorOf(command(['./plain.sh']))).toMatch(/without the right to execute it.*chmod/);
  expect(await errorOf(command(['./lost.sh']))).toMatch(/interpreter/);
  expect(await errorOf(command(['true'], { cwd: 'nowhere' }))).toMatch(
    /^FOLDER_NOT_FOUND: The folder ".*nowhere" does not exist/,
  );
  expect(await errorOf(command(['true'], { cwd: 'plain.sh' }))).toMatch(
    /^FOLDER_NOT_FOUND: ".*plain.sh" is not a folder/,
  );
});

test('a step in a workspace runs there, with its command and environment', async () => {
  const home = temporaryHome();
  mkdirSync(join(home, 'work'));
  const job = jobOf([
    { type: 'command', name: 'x', workspace: 'ws', args: ['-c', 'pwd; echo $A $B'], env: { B: '2' } },
  ]);
  const belfry = await openRunner(
    [job],
    { workspace: (id) => ({ id, cwd: 'work', command: ['/bin/sh'], env: { A: '1', B: '1' } }) },
    home,
  );
  const run = await belfry.run();
  expect(await belfry.output(run.id)).toEqual([join(home, 'work'), '1 2']);
});

test('a shell line is run only where it was asked for', async () => {
  const belfry = await openRunner([
    jobOf([{ type: 'command', name: 'x', command: ['echo $((1 + 1)) | tr 2 3'], shell: true }]),
  ]);
  expect(await belfry.output((await belfry.run()).id)).toEqual(['3']);
});

test('a line is announced while its command still runs', async () => {
  const belfry = await openRunner([
    jobOf(['echo first; while [ ! -e go ]; do sleep 0.05; done; echo second']),
  ]);
  const run = belfry.run();
  const texts = () => belfry.lines.map(({ line }) => line.text);
  await expect.poll(texts).toEqual(['first']);
  writeFileSync(join(belfry.home, 'go'), '');
  await run;
  expect(texts()).toEqual(['first', 'second']);
});

test('a failed run is tried again after its delay, and only the last word is final', async () => {
  const home = temporaryHome();
  const line = `echo try $BELFRY_ATTEMPT; test -e ${home}/done || { touch ${home}/done; exit 7; }`;
  const belfry = await openRunner(
    [jobOf([line], { retry: { attempts: 2, delaySeconds: 0.2, factor: 1 } })],
    {},
    home,
  );
  const first = await belfry.run();
  expect(first.status).toBe('failed');
  await expect.poll(() => belfry.finished.length).toBe(1);
  expect(belfry.finished[0]).toMatchObject({ status: 'success', cause: 'retry', attempt: 2 });
  expect(await belfry.output(belfry.finished[0]?.id ?? '')).toEqual(['try 2']);
});

test('a failure whose next try cannot be is reported as final, with both reasons', async () => {
  const job = jobOf(['exit 3'], { retry: { attempts: 1, delaySeconds: 0.2 } });
  const jobs = [job];
  const belfry = await openRunner(jobs);
  const { id } = await belfry.run();
  jobs.length = 0;
  const retry = belfry.announced.find(({ attempt }) => attempt === 2);
  expect(belfry.finished).toEqual([]);
  await belfry.end(retry?.id ?? '');
  await expect.poll(() => belfry.finished.length).toBe(1);
  expect(belfry.finished[0]).toMatchObject({ id, status: 'failed', attempt: 1 });
  expect(belfry.finished[0]?.reason).toMatch(
    /^Step "step 1" failed: .* It was not tried again\. The job does not exist any more\.$/,
  );
  expect((await belfry.reader.get(retry?.id ?? ''))?.status).toBe('skipped');
});

test('what a built-in step throws after its run gave it up is logged', async () => {
  const clock = handClock();
  const stop = new AbortController();
  const logged: unknown[] = [];
  let fail: (error: Error) => void = () => {};
  const ended = runBuiltin(() => new Promise((_, reject) => (fail = reject)), {
    clock,
    log: (level, message, details) => logged.push([level, message, details]),
    signal: stop.signal,
    say: () => {},
    where: 'step "Publish" of job "publish_due_posts"',
  });
  stop.abort('cancelled');
  await clock.advance(5000);
  expect(await ended).toMatchObject({ status: 'cancelled' });
  expect(logged).toEqual([]);
  fail(new Error('disk full'));
  await clock.advance(0);
  const message = 'What step "Publish" of job "publish_due_posts" did after it was stopped ended in an error';
  expect(logged).toEqual([['error', message, { error: 'disk full' }]]);
});

test('a built-in step that throws fails the run; one that ignores its signal does not hold it up', async () => {
  const builtin = { type: 'builtin' as const, name: 'publish', action: 'publish_due_posts' as const };
  const failing = await openRunner([jobOf([builtin])], {
    builtins: {
      publish_due_posts: async () => {
        throw new Error('no network');
      },
      refresh_tokens: () => new Promise(() => {}),
    },
  });
  expect(await failing.run()).toMatchObject({
    status: 'failed',
    reason: 'Step "publish" failed: no network',
  });
});

test('printed posts are added, with an origin that a second try repeats; a bad line is named', async () => {
  const added: { line: string; origin: string }[] = [];
  const line = `printf '{"n":1}\\n\\n{"n":2}\\n{"bad":1}\\n{"n":2}'`;
  const belfry = await openRunner(
    [
      jobOf([{ type: 'command', name: 'draft', command: sh(line), output: 'posts' }], {
        retry: { attempts: 1, delaySeconds: 0 },
      }),
    ],
    {
      takePosts: () => async (text, origin) => {
        if (text === '{"bad":1}') return [{ field: 'text', message: 'is missing' }];
        added.push({ line: text, origin });
        return [];
      },
    },
  );
  const run = await belfry.run();
  expect(run.reason).toBe('Step "draft" failed: Line 4 is no post: text is missing.');
  await expect.poll(() => belfry.finished.length).toBe(1);
  const [first, second] = [added.slice(0, 3), added.slice(3)];
  expect(first.map((post) => post.line)).toEqual(['{"n":1}', '{"n":2}', '{"n":2}']);
  expect(new Set(first.map((post) => post.origin)).size).toBe(3);
  expect(second).toEqual(first);
});

test('secrets are masked in output and errors', async () => {
  const secret = 'canary-4711-secret';
  const belfry = await openRunner(
    [jobOf([`echo it is ${secret}; printf ${secret} | base64; exit 2`, secret])],
    {
      knownSecrets: new Set([secret]),
    },
  );
  const run = await belfry.run();
  const output = await belfry.output(run.id);
  expect(output[0]).toBe('it is •••');
  expect(JSON.stringify([run, output, belfry.announced, belfry.lines])).not.toMatch(/canary|Y2FuYXJ5/);
});
