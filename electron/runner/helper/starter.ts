import type { Clock, Log, Millis, Random } from '../../../shared/index.ts';
import { type Child, createGate, type Lost, type ReadyCommand, spawnHere } from '../commands/spawn.ts';
import type { HelperHost } from '../ports.ts';
import { type Helper, openHelper } from './helper.ts';

/** A helper that had nothing to do for so long gives its memory back. */
const idleTime: Millis = 5 * 60_000;

/** Starts commands, by whichever way there is. */
export type Starter = {
  /** Throws COMMAND_NOT_FOUND, BAD_INPUT or INTERNAL; `lost` when the helper died and nobody can tell whether it runs. */
  start(command: ReadyCommand): Promise<Child | Lost>;
  /** Ends the helper; nothing is started after it. */
  stop(): Promise<void>;
};

type StarterDeps = {
  clock: Clock;
  random: Pick<Random, 'id'>;
  log: Log;
  helper?: HelperHost | undefined;
  startOf(pid: number): Promise<string | null>;
};

/** A starter that has nothing running before the first command: most of the day a helper would only take memory. */
export function createStarter({ clock, random, log, helper: host, startOf }: StarterDeps): Starter {
  const gate = createGate();
  let current: Promise<Helper | undefined> | undefined;
  let closing: Promise<unknown> = Promise.resolve();
  let failures = 0;
  let notBefore = Number.NEGATIVE_INFINITY;
  let busy = 0;
  let cancelIdle: (() => void) | undefined;

  async function open(host: HelperHost): Promise<Helper | undefined> {
    await closing; // It has the same socket.
    const since = clock.monotonic();
    const own = current;
    try {
      const helper = await openHelper({ host, clock, random, startOf });
      void helper.gone.then((reason) => {
        if (current !== own) return; // It was let go.
        if (clock.monotonic() - since >= settled) failures = 0;
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
    const way = chooseStart({ ...state, now: clock.monotonic(), notBefore });
    if (host && way === 'new helper') current = open(host);
    const helper = await current;
    if (helper) return helper.start(command);
    await gate();
    return spawnHere(command, startOf);
  }

  function done(): void {
    busy -= 1;
    if (busy === 0 && current) cancelIdle = clock.setTimer(idleTime, () => void letGo());
  }

  function letGo(): Promise<unknown> {
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
      await letGo();
    },
  };
}

const second: Millis = 1000;
/** After a failure the helper is not tried again for so long, doubled with each further one. */
const firstDelay = second;
const longestDelay = 300 * second;
/** One that has lived so long was in order; its end is a first failure again. */
const settled: Millis = 60 * second;

/** How a command is started: through the helper at work, through a new one, or by the engine itself. */
type StartMode = 'helper' | 'new helper' | 'ourselves';

/** Chooses the way; what must not wait for a helper that keeps dying is started by the engine itself. */
export function chooseStart(state: {
  possible: boolean;
  present: boolean;
  now: number;
  notBefore: number;
}): StartMode {
  if (!state.possible) return 'ourselves';
  if (state.present) return 'helper';
  return state.now < state.notBefore ? 'ourselves' : 'new helper';
}

/** Milliseconds until the next try after so many failures in a row. */
export function restartDelay(failures: number): Millis {
  return Math.min(longestDelay, firstDelay * 2 ** (failures - 1));
}
