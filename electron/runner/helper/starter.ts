import type { Clock, Log, Millis, Random } from '../../../shared/index.ts';
import type { Child, Lost, ReadyCommand } from '../commands/child.ts';
import { createGate, spawnHere } from '../commands/spawn.ts';
import type { HelperHost } from '../ports.ts';
import { type Helper, openHelper } from './helper.ts';
import { restartDelay, settled, wayOf } from './way.ts';

/** A helper that had nothing to do for so long gives its memory back. */
const idleTime: Millis = 5 * 60_000;

/** Starts commands, by whichever way there is. */
export type Starter = {
  /** Throws COMMAND_NOT_FOUND, BAD_INPUT or INTERNAL; `lost` when the helper died and nobody can tell whether it runs. */
  start(command: ReadyCommand): Promise<Child | Lost>;
  /** Ends the helper; nothing is started after it. */
  stop(): Promise<void>;
};

export type StarterNeeds = {
  clock: Clock;
  random: Pick<Random, 'id'>;
  log: Log;
  helper?: HelperHost | undefined;
  startOf(pid: number): Promise<string | null>;
};

/** A starter that has nothing running before the first command: most of the day a helper would only take memory. */
export function createStarter({ clock, random, log, helper: host, startOf }: StarterNeeds): Starter {
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
    const way = wayOf({ ...state, now: clock.monotonic(), notBefore });
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
