import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import process from 'node:process';
import { describe, expect, test } from 'vitest';
import { chooseStart, restartDelay } from '../../../electron/runner/helper/starter.ts';
import { groupLives, linuxProcesses } from '../../../electron/runner/linux-processes.ts';
import { temporaryHome } from '../../support/home.ts';
import { helperProgram } from '../support.ts';
import { begin, endOf, openStarter, ready, run } from './support.ts';

describe.each([
  ['through the helper', helperProgram],
  ['by ourselves', null],
])('a command started %s', (_, program) => {
  test('has its arguments, folder, environment and output, and nothing else', async () => {
    const { starter } = openStarter(program);
    const odd = 'a\u2028b\nc "d" é';
    const line = 'printf "%s|" "$0" "$PWD" "$ONE"; env | wc -l; echo err >&2; cat';
    const command = ready(line, { environment: { PATH: '/usr/bin:/bin', ONE: odd }, cwd: '/tmp' });
    const child = await begin(starter, { ...command, args: [...command.args, odd] });
    const { stdout, stderr, exit } = await endOf(child);
    // The shell itself adds PWD; the variable with a line feed takes two lines.
    expect(stdout).toBe(`${odd}|/tmp|${odd}|4\n`);
    expect(stderr).toBe('err\n');
    expect(exit).toEqual({ code: 0, signal: null });
  });

  test('is known by pid and start time, and leads a group of its own', async () => {
    const { starter } = openStarter(program);
    const child = await begin(starter, ready('sleep 303.1'));
    const info = (await linuxProcesses().list()).find(({ pid }) => pid === child.pid);
    expect(info).toMatchObject({ startedAt: await child.startedAt, group: child.pid });
    process.kill(-child.pid, 'SIGKILL');
    expect((await endOf(child)).exit).toEqual({ code: null, signal: 'SIGKILL' });
  });

  test('reports its exit code, or the signal that ended it', async () => {
    const { starter } = openStarter(program);
    expect((await run(starter, ready('exit 7'))).exit).toEqual({ code: 7, signal: null });
    const crashed = await run(starter, ready('kill -SEGV $$'));
    expect(crashed.exit).toEqual({ code: null, signal: 'SIGSEGV' });
  });

  test('may be a line for the shell', async () => {
    const { starter } = openStarter(program);
    const child = await begin(starter, ready('', { file: 'echo $((6 * 7)) | cat', args: [], shell: true }));
    expect((await endOf(child)).stdout).toBe('42\n');
  });

  test('has exited while a grandchild still holds its pipe', async () => {
    const { starter } = openStarter(program);
    const child = await begin(starter, ready('(sleep 303.2; echo late) & echo early'));
    const end = endOf(child);
    expect(await child.exited).toEqual({ code: 0, signal: null });
    expect(groupLives(child.pid)).toBe(true);
    process.kill(-child.pid, 'SIGKILL');
    expect((await end).stdout).toBe('early\n');
  });

  test('that cannot be started says why', async () => {
    const { starter, home } = openStarter(program);
    const script = join(home, 'script');
    writeFileSync(script, '#!/no/such/interpreter\n', { mode: 0o700 });
    const plain = join(home, 'plain');
    writeFileSync(plain, 'x');
    const start = (change: object) => starter.start(ready('true', change));
    await expect(start({ file: script })).rejects.toThrow(/^COMMAND_NOT_FOUND: .*ENOENT.*script/);
    await expect(start({ file: plain })).rejects.toThrow(/^COMMAND_NOT_FOUND: .*EACCES/);
    await expect(start({ args: ['x'.repeat(200_000)] })).rejects.toThrow(/^BAD_INPUT: .*E2BIG/);
    // The next one is none the worse for it.
    expect((await run(starter, ready('echo on'))).stdout).toBe('on\n');
  });
});

test('there is no helper before the first command, and none once it had nothing to do for five minutes', async () => {
  const { starter, helpers, clock, launched } = openStarter();
  expect(launched()).toBe(0);
  const long = await begin(starter, ready('sleep 303.3'));
  await run(starter, ready('true'));
  // Each command at its end shows that the helper has answered what it was asked before.
  for (let minute = 0; minute < 6; minute += 0.25) {
    await clock.advance(15_000);
    await run(starter, ready('true'));
  }
  expect(helpers()).toHaveLength(1);

  process.kill(-long.pid, 'SIGKILL');
  await endOf(long);
  await clock.advance(5 * 60_000 - 1);
  expect(helpers()).toHaveLength(1);
  await clock.advance(1);
  await expect.poll(helpers).toEqual([]);
  await expect.poll(clock.pending).toBe(0);

  expect((await run(starter, ready('echo again'))).stdout).toBe('again\n');
  expect(launched()).toBe(2);
});

test('many commands at once share one helper', async () => {
  const { starter, launched } = openStarter();
  const ends = await Promise.all(
    Array.from({ length: 50 }, async (_, n) => run(starter, ready(`echo ${n}`))),
  );
  expect(ends.map(({ stdout }) => Number(stdout))).toEqual(Array.from({ length: 50 }, (_, n) => n));
  expect(launched()).toBe(1);
});

test('what its commands are given is neither in its command line nor in its environment', async () => {
  const { starter, helpers } = openStarter();
  process.env['BELFRY_TEST_CANARY'] = 'canary-of-the-engine';
  const environment = { PATH: '/usr/bin:/bin', API_TOKEN: 'canary-of-the-step' };
  await begin(starter, ready('sleep 303.4', { environment }));
  delete process.env['BELFRY_TEST_CANARY'];
  const [pid] = helpers();
  expect(readFileSync(`/proc/${pid}/environ`, 'latin1')).toBe('');
  expect(readFileSync(`/proc/${pid}/cmdline`, 'latin1')).not.toContain('canary');
});

test('signals that a terminal or systemd sends to everybody do not end it', async () => {
  const { starter, helpers } = openStarter();
  await run(starter, ready('true'));
  const [pid = 0] = helpers();
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.kill(pid, signal);
  expect((await run(starter, ready('echo on'))).stdout).toBe('on\n');
  expect(helpers()).toEqual([pid]);
});

test('its memory stays flat while a command floods, and the reader sets the pace', async () => {
  const { starter, helpers } = openStarter();
  const child = await begin(starter, ready('yes flood | head -c 100M'));
  let bytes = 0;
  for await (const chunk of child.stdout) bytes += chunk.length;
  expect(bytes).toBe(100 * 1024 * 1024);
  const highest = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${helpers()[0]}/status`, 'utf8'))?.[1];
  // Reading TypeScript takes most of this; the built program needs half.
  expect(Number(highest) / 1024).toBeLessThan(120);

  const held = await begin(starter, ready('yes held | head -c 10M; echo done >&2'));
  expect(await Promise.race([held.exited, new Promise((resolve) => setTimeout(resolve, 300, 'waits'))])).toBe(
    'waits',
  );
  expect((await endOf(held)).stdout).toHaveLength(10 * 1024 * 1024);
});

describe('a helper that dies', () => {
  test('loses its commands; the next ones are started by ourselves, and soon by a new helper', async () => {
    const { starter, helpers, clock, remarks, launched } = openStarter();
    const child = await begin(starter, ready('echo before; sleep 303.5'));
    await once(child.stdout, 'readable');
    const kill = () => process.kill(helpers()[0] ?? 0, 'SIGKILL');
    kill();
    expect(await child.exited).toBe('lost');
    expect(remarks).toEqual([
      {
        message: 'The helper that starts commands is gone; Belfry starts them itself for a while',
        details: { reason: 'SIGKILL', seconds: 1 },
      },
    ]);
    // The command itself goes on, and what it printed can be read.
    expect(groupLives(child.pid)).toBe(true);
    process.kill(-child.pid, 'SIGKILL');
    expect((await endOf(child)).stdout).toBe('before\n');

    expect((await run(starter, ready('echo direct'))).stdout).toBe('direct\n');
    expect([launched(), helpers()]).toEqual([1, []]);
    await clock.advance(1000);
    expect((await run(starter, ready('echo helped'))).stdout).toBe('helped\n');
    expect(launched()).toBe(2);

    kill();
    await expect.poll(() => remarks.at(-1)?.details).toMatchObject({ seconds: 2 });
    await clock.advance(2000);
    await run(starter, ready('true'));
    // One that has lived for a while starts the count anew.
    await clock.advance(60_000);
    kill();
    await expect.poll(() => remarks.length).toBe(3);
    expect(remarks.at(-1)?.details).toMatchObject({ seconds: 1 });
  });

  test('before it has reported whether it started a command', async () => {
    const { starter, helpers } = openStarter();
    await run(starter, ready('true'));
    const [pid = 0] = helpers();
    process.kill(pid, 'SIGSTOP');
    const started = starter.start(ready('true'));
    process.kill(pid, 'SIGKILL');
    expect(await started).toBe('lost');
  });

  test('a stopped one is noticed, and ended', async () => {
    const { starter, helpers, clock, remarks } = openStarter();
    const child = await begin(starter, ready('exec sleep 303.6'));
    await clock.advance(30_000);
    await run(starter, ready('true'));
    await clock.advance(30_000);
    await run(starter, ready('true'));
    process.kill(helpers()[0] ?? 0, 'SIGSTOP');
    await clock.advance(30_000);
    expect(remarks).toEqual([]);
    await clock.advance(15_000);
    expect(await child.exited).toBe('lost');
    expect(remarks[0]?.details).toMatchObject({ reason: 'it did not answer any more' });
    await expect.poll(helpers).toEqual([]);
  });
});

describe('a helper that cannot be had', () => {
  const broken: [string, string, string | RegExp][] = [
    ['ends at once', 'process.exit(3)', 'exit code 3'],
    [
      'is of another version',
      "say(JSON.stringify({ kind: 'hello', version: 99, pid: 1 }))",
      'it is of another version',
    ],
    ['says something else', "say('{}')", 'it said something that this Belfry does not understand'],
    ['talks no JSON', "say('hello?')", 'it said something that this Belfry does not understand'],
  ];
  test.each(broken)('because it %s', async (_, code, reason) => {
    const program = join(temporaryHome(), 'program.cjs');
    writeFileSync(
      program,
      `const [path, key] = process.argv.slice(2);
      const socket = require('node:net').connect(path);
      socket.on('error', () => process.exit(1));
      const say = (text) => socket.write((key + ' control').padEnd(32) + text + '\\n');
      ${code}`,
    );
    const { starter, remarks, helpers, clock, launched } = openStarter(program);
    expect((await run(starter, ready('echo on'))).stdout).toBe('on\n');
    expect(remarks).toEqual([
      {
        message: 'The helper that starts commands cannot be had; Belfry starts them itself for a while',
        details: { reason, seconds: 1 },
      },
    ]);
    await expect.poll(helpers).toEqual([]);
    await run(starter, ready('true'));
    expect(launched()).toBe(1);
    await clock.advance(1000);
    await run(starter, ready('true'));
    expect(launched()).toBe(2);
  });

  test('because it never reports', async () => {
    const program = join(temporaryHome(), 'program.cjs');
    writeFileSync(program, 'setInterval(() => {}, 1000)');
    const { starter, clock, remarks, helpers } = openStarter(program);
    const ended = run(starter, ready('echo on'));
    await expect.poll(() => clock.pending()).toBe(1);
    await clock.advance(10_000);
    expect((await ended).stdout).toBe('on\n');
    expect(remarks[0]?.details).toMatchObject({ reason: 'it did not report' });
    await expect.poll(helpers).toEqual([]);
  });
});

test('who connects without the key is sent away', async () => {
  const { starter, socket } = openStarter();
  await run(starter, ready('true'));
  const stranger = connect(socket);
  stranger.write('another-key control'.padEnd(32));
  await new Promise((resolve) => stranger.once('close', resolve));
  expect((await run(starter, ready('echo on'))).stdout).toBe('on\n');
});

test.each([
  [{ possible: false, present: false, now: 9, notBefore: 0 }, 'engine'],
  [{ possible: true, present: true, now: 0, notBefore: 9 }, 'helper'],
  [{ possible: true, present: false, now: 0, notBefore: 9 }, 'engine'],
  [{ possible: true, present: false, now: 9, notBefore: 9 }, 'new helper'],
] as const)('%o goes by %s', (state, way) => {
  expect(chooseStart(state)).toBe(way);
});

test('the pauses between two tries double, up to five minutes', () => {
  expect([1, 2, 3, 4, 8, 9, 10, 2000].map(restartDelay)).toEqual([
    1000, 2000, 4000, 8000, 128_000, 256_000, 300_000, 300_000,
  ]);
});
