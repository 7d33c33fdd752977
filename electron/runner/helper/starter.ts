import { execa } from 'execa';
import type { Millis, Random } from '../../../shared/index.ts';
import type { ReadyCommand } from '../commands/prepare.ts';
import type { HelperHost, RunnerDeps } from '../deps.ts';
import { type Helper, openHelper, startError } from './helper.ts';
import type { Child, Exit, Lost } from './protocol.ts';

/** A helper that was idle for this long is ended, to free its memory. */
const idleTime: Millis = 5 * 60_000;

/** Starts commands: through the helper or, while there is none, from the engine itself. */
export type Starter = {
  /** Throws COMMAND_NOT_FOUND, BAD_INPUT or INTERNAL; `lost` when the helper died and it is unknown whether the command runs. */
  start(command: ReadyCommand): Promise<Child | Lost>;
  /** Ends the helper; nothing is started afterwards. */
  stop(): Promise<void>;
};

type StarterDeps = Pick<RunnerDeps, 'clock' | 'log' | 'helper'> & {
  random: Pick<Random, 'id'>;
  startOf(pid: number): Promise<string | null>;
};

/** Launches the helper with the first command: while nothing runs it would only take memory. */
export function createStarter({ clock, random, log, helper: host, startOf }: StarterDeps): Starter {
  const gate = createGate();
  let current: Promise<Helper | undefined> | undefined;
  let closing: Promise<unknown> = Promise.resolve();
  let failures = 0;
  let notBefore = Number.NEGATIVE_INFINITY;
  let busy = 0;
  let cancelIdle: (() => void) | undefined;

  async function open(host: HelperHost): Promise<Helper | undefined> {
    await closing; // It uses the same socket.
    const since = clock.monotonic();
    const own = current;
    try {
      const helper = await openHelper({ host, clock, random, startOf });
      void helper.gone.then((reason) => {
        if (current !== own) return; // It was ended on purpose.
        if (clock.monotonic() - since >= stableAfter) failures = 0;
        failed('The helper that starts commands is gone', reason);
      });
      return helper;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      failed('The helper that starts commands cannot be had', reason);
      return undefined;
    }
  }

  function failed(what: string, reason: string): void {
    current = undefined;
    failures += 1;
    const delay = restartDelay(failures);
    notBefore = clock.monotonic() + delay;
    log('warn', `${what}; Belfry starts them itself for a while`, { reason, seconds: delay / 1000 });
  }

  async function begin(command: ReadyCommand): Promise<Child | Lost> {
    const state = { possible: host !== undefined, present: current !== undefined };
    const mode = chooseStart({ ...state, now: clock.monotonic(), notBefore });
    if (host && mode === 'new helper') current = open(host);
    const helper = await current;
    if (helper) return helper.start(command);
    await gate();
    return spawnHere(command, startOf);
  }

  function done(): void {
    busy -= 1;
    if (busy === 0 && current) cancelIdle = clock.setTimer(idleTime, () => void endHelper());
  }

  function endHelper(): Promise<unknown> {
    const old = current;
    current = undefined;
    cancelIdle?.();
    closing = Promise.all([closing, old?.then((helper) => helper?.close())]);
    return closing;
  }

  return {
    async start(command) {
      busy += 1;
      cancelIdle?.();
      let child: Child | Lost = 'lost';
      try {
        child = await begin(command);
        return child;
      } finally {
        if (child === 'lost') done();
        else void child.exited.then(done);
      }
    },
    async stop() {
      await endHelper();
    },
  };
}

const second: Millis = 1000;
/** Delay before the helper is launched again after a failure, doubled with each further one. */
const firstDelay = second;
const longestDelay = 300 * second;
/** A helper that lived for this long was fine: its end counts as a first failure. */
const stableAfter: Millis = 60 * second;

/** How a command is started: through the running helper, through a new one, or by the engine itself. */
type StartMode = 'helper' | 'new helper' | 'engine';

/** Commands do not wait for a helper that keeps dying: the engine starts them itself. */
export function chooseStart(state: {
  possible: boolean;
  present: boolean;
  now: number;
  notBefore: number;
}): StartMode {
  if (!state.possible) return 'engine';
  if (state.present) return 'helper';
  return state.now < state.notBefore ? 'engine' : 'new helper';
}

/** Milliseconds until the helper is launched again after this many failures in a row. */
export function restartDelay(failures: number): Millis {
  return Math.min(longestDelay, firstDelay * 2 ** (failures - 1));
}

/**
 * Starts a command in a process group of its own, with its input closed and its output in raw streams. execa must not
 * buffer the output, and its promise is not awaited: a grandchild that holds the pipe could keep it open for ever.
 * Throws COMMAND_NOT_FOUND, BAD_INPUT or INTERNAL when the command cannot be started.
 */
export async function spawnHere(
  command: ReadyCommand,
  startOf: (pid: number) => Promise<string | null>,
): Promise<Child> {
  const running = execa(command.file, [...command.args], {
    cwd: command.cwd,
    env: command.environment,
    extendEnv: false,
    shell: command.shell,
    stdin: 'ignore',
    buffer: false,
    encoding: 'buffer',
    stripFinalNewline: false,
    detached: process.platform !== 'win32',
    cleanup: false,
    reject: false,
    windowsHide: true,
  });
  const { nodeChildProcess: child, pid, stdout, stderr } = running;
  if (pid === undefined) {
    const { code, originalMessage, shortMessage } = await running;
    throw startError(command, code ?? '', originalMessage ?? shortMessage ?? 'No reason was given');
  }
  const exited = new Promise<Exit>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  return { pid, startedAt: startOf(pid), stdout, stderr, exited };
}

/**
 * Lets one start through per turn of the event loop: each blocks it for some milliseconds, and a hundred jobs that are
 * due together must not freeze the tray.
 */
function createGate(): () => Promise<void> {
  let last = Promise.resolve();
  return () => {
    last = last.then(() => new Promise((resolve) => setImmediate(resolve)));
    return last;
  };
}
