import type { Clock, Millis } from '../../../shared/index.ts';

/** How often the helper is asked whether it is there, while it has work. */
const every: Millis = 15_000;
/** One unheard question may be our own fault: a machine that woke up, a debugger. */
const mostUnheard = 2;

export type PulseNeeds = {
  clock: Clock;
  ask(): void;
  /** It has not answered, though it is there. */
  stuck(): void;
};

/** Watches over a helper that has work: one that was stopped or hangs would let runs wait for ever. */
export type Pulse = {
  begin(): void;
  heard(): void;
  end(): void;
};

/** A pulse that is not felt before `begin`; nothing wakes while there is no work. */
export function createPulse({ clock, ask, stuck }: PulseNeeds): Pulse {
  let unheard = 0;
  let cancel: (() => void) | undefined;
  const feel = () => {
    if (unheard >= mostUnheard) return stuck();
    unheard += 1;
    cancel = clock.setTimer(every, feel);
    ask();
  };
  return {
    begin() {
      unheard = 0;
      cancel ??= clock.setTimer(every, feel);
    },
    heard() {
      unheard = 0;
    },
    end() {
      cancel?.();
      cancel = undefined;
    },
  };
}
