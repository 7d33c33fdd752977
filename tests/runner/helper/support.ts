import { join } from 'node:path';
import process from 'node:process';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import { launchNodeHelper } from '../../../electron/headless.ts';
import type { ReadyCommand } from '../../../electron/runner/commands/prepare.ts';
import type { Child } from '../../../electron/runner/helper/protocol.ts';
import { createStarter, type Starter } from '../../../electron/runner/helper/starter.ts';
import { groupLives } from '../../../electron/runner/linux-processes.ts';
import { systemProcesses } from '../../../electron/runner/processes.ts';
import { type HandClock, handClock } from '../../support/clock.ts';
import { temporaryHome } from '../../support/home.ts';
import { seededRandom } from '../../support/random.ts';
import { helperProgram, processesWith, sh } from '../support.ts';

/** A starter with a clock that is moved by hand; `program` null = it has no helper. */
export function openStarter(program: string | null = helperProgram) {
  const home = temporaryHome();
  const clock: HandClock = handClock();
  const socket = join(home, 'helper.sock');
  const remarks: { message: string; details: Record<string, unknown> | undefined }[] = [];
  let launched = 0;
  const starter = createStarter({
    clock,
    random: seededRandom(1),
    log: (_, message, details) => remarks.push({ message, details }),
    helper:
      program === null
        ? undefined
        : {
            socket,
            launch(args) {
              launched += 1;
              return launchNodeHelper(program, args);
            },
          },
    startOf: systemProcesses(process.platform).startOf,
  });
  onTestFinished(() => starter.stop());
  return {
    home,
    socket,
    clock,
    starter,
    remarks,
    launched: () => launched,
    /** Pids of the helpers that live. */
    helpers: () => processesWith(socket),
  };
}

/** A command that runs a line of shell. */
export function ready(line: string, change: Partial<ReadyCommand> = {}): ReadyCommand {
  const [file = '', ...args] = sh(line);
  const environment = { PATH: process.env['PATH'] ?? '' };
  return { file, args, cwd: '/', environment, shell: false, where: 'a test', ...change };
}

/** Starts a command, which must not get lost. */
export async function begin(starter: Starter, command: ReadyCommand): Promise<Child> {
  const child = await starter.start(command);
  if (child === 'lost') throw new Error('The command was lost.');
  onTestFinished(() => signalGroup(child.pid));
  return child;
}

function signalGroup(pid: number): void {
  if (groupLives(pid)) process.kill(-pid, 'SIGKILL');
}

/** What a command that has just begun prints, and how it ends. */
export async function endOf(child: Child) {
  const read = [text(child.stdout), text(child.stderr)];
  const [stdout = '', stderr = ''] = await Promise.all(read);
  return { stdout, stderr, exit: await child.exited };
}

/** Runs a command to its end. */
export async function run(starter: Starter, command: ReadyCommand) {
  return endOf(await begin(starter, command));
}
