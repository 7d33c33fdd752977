import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { expect, onTestFinished, test } from 'vitest';
import { signal } from '../../electron/runner/linux-processes.ts';
import { systemProcesses } from '../../electron/runner/processes.ts';
import type { StopReason } from '../../electron/runner/run-policy.ts';
import { runCommand } from '../../electron/runner/steps/run-command.ts';
import { temporaryHome } from '../support/home.ts';
import { openStarter, ready } from './helper/support.ts';
import { helperProgram, processesWith } from './support.ts';

const starters: [string, string | null][] = [
  ['started by the helper', helperProgram],
  ['started by the engine itself', null],
];

/** Runs a line of shell with a clock that is moved by hand, into a sink that takes nothing more while `gate` is shut. */
function begin(line: string, program: string | null = helperProgram, gate = Promise.withResolvers<void>()) {
  const { starter, clock } = openStarter(program);
  const controller = new AbortController();
  const exited = Promise.withResolvers<void>();
  const said: string[] = [];
  let text = '';
  let isShut = true;
  void gate.promise.then(() => {
    isShut = false;
  });
  let isOver = false;
  const outcome = runCommand(
    {
      clock,
      processes: systemProcesses(process.platform),
      runId: `drain-${process.pid}`,
      signal: controller.signal,
      sinks: {
        stdout: {
          write: (more) => {
            text += more;
          },
          end: () => {},
          pressure: () => (isShut ? gate.promise : undefined),
        },
        stderr: { write: () => {}, end: () => {}, pressure: () => undefined },
      },
      say: (remark) => said.push(remark),
      spawned: () => {},
      async start(command) {
        const child = await starter.start(command);
        if (child !== 'lost') void child.exited.then(() => exited.resolve());
        return child;
      },
    },
    ready(line),
  ).finally(() => {
    isOver = true;
  });
  return {
    clock,
    gate,
    said,
    outcome,
    exited: exited.promise,
    stop: (reason: StopReason) => controller.abort(reason),
    text: () => text,
    /** Moves the clock until the command is over; gives the seconds that took. */
    async toTheEnd() {
      const start = clock.monotonic();
      while (!isOver) await clock.advance(50);
      return (clock.monotonic() - start) / 1000;
    },
  };
}

/** A file of 600 lines, more than we read at once and less than a pipe holds. */
function manyLines(): { path: string; content: string } {
  const path = join(temporaryHome(), 'lines');
  const content = Array.from({ length: 600 }, (_, index) => `${index} ${'x'.repeat(250)}\n`).join('');
  writeFileSync(path, content);
  return { path, content };
}

test.each(starters)(
  'what a command printed before it ended is taken, however long that takes (%s)',
  async (_, program) => {
    const { path, content } = manyLines();
    const command = begin(`cat ${path}`, program);
    await command.exited;
    await command.clock.advance(60_000);
    command.gate.resolve();
    await command.toTheEnd();
    expect(await command.outcome).toEqual({ status: 'success', exitCode: 0 });
    expect(command.text()).toBe(content);
  },
);

test('so it is while another process holds the pipe', async () => {
  const { path, content } = manyLines();
  const command = begin(`cat ${path}; sleep 303.1 &`);
  await command.exited;
  await command.clock.advance(60_000);
  command.gate.resolve();
  expect(await command.toTheEnd()).toBeLessThan(5);
  expect(await command.outcome).toEqual({ status: 'success', exitCode: 0 });
  expect(command.text()).toBe(content);
  expect(command.said).toEqual(['Ended 1 processes that the command had left behind.']);
  expect(processesWith('303.1')).toEqual([]);
});

test.each(starters)(
  'a process that neither holds the pipe nor carries the mark of the run is ended with its group (%s)',
  async (_, program) => {
    const command = begin('env -i sleep 303.2 >/dev/null 2>&1 & echo $!', program);
    onTestFinished(() => signal(Number(command.text()), 'force'));
    command.gate.resolve();
    await command.toTheEnd();
    expect(await command.outcome).toEqual({ status: 'success', exitCode: 0 });
    expect(command.said).toEqual(['Ended 1 processes that the command had left behind.']);
    expect(processesWith('303.2')).toEqual([]);
  },
);

test.each([
  ['now and then', '(while :; do echo late; sleep 0.01; done) & echo first'],
  ['as fast as it can', '(yes late) & echo first'],
])('a process left behind that prints for ever, %s, does not keep its step from ending', async (_, line) => {
  const command = begin(line);
  command.gate.resolve();
  await command.exited;
  expect(await command.toTheEnd()).toBeLessThan(10);
  expect(await command.outcome).toEqual({ status: 'success', exitCode: 0 });
  expect(command.text()).toContain('first\n');
});

test('a step that is stopped while its output is being taken ends at once', async () => {
  const command = begin(`cat ${manyLines().path}`);
  await command.exited;
  await command.clock.advance(10_000);
  command.stop('cancelled');
  await command.clock.advance(1000);
  command.gate.resolve();
  expect(await command.outcome).toMatchObject({ status: 'cancelled' });
});
