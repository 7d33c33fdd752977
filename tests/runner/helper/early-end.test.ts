import process from 'node:process';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { systemProcesses } from '../../../electron/runner/processes.ts';
import { runCommand, type TextSink } from '../../../electron/runner/steps/run-command.ts';
import { systemClock } from '../../../electron/system.ts';
import { openStarter, ready } from './support.ts';

test.each([
  ['true', ''],
  ['echo early', 'early\n'],
])('a command (%s) whose output has ended before anybody reads it is over', async (line, output) => {
  const { starter } = openStarter();
  let text = '';
  const sink = (write: (text: string) => void): TextSink => ({
    write,
    end: () => {},
    pressure: () => undefined,
  });
  const outcome = await runCommand(
    {
      clock: systemClock,
      processes: systemProcesses(process.platform),
      runId: 'early',
      signal: new AbortController().signal,
      sinks: { stdout: sink((more) => (text += more)), stderr: sink(() => {}) },
      say: () => {},
      spawned: () => {},
      async start(command) {
        const child = await starter.start(command);
        if (child !== 'lost') await child.exited;
        await wait(50);
        return child;
      },
    },
    ready(line),
  );
  expect(outcome).toEqual({ status: 'success', exitCode: 0 });
  expect(text).toBe(output);
});
