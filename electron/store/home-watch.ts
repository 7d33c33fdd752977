import {
  BelfryError,
  type Clock,
  type Log,
  type Millis,
  toWireError,
  type Warning,
} from '../../shared/index.ts';

/** How often it is looked, in milliseconds. */
const every: Millis = 10_000;

/** Something in the home that must not vanish while the engine runs. */
export type HomePart = {
  /** What it is, as the beginning of a sentence: `The media folder`. */
  name: string;
  path: string;
  isThere(): boolean;
  /** Puts it back as far as that can be done. */
  putBack(): Promise<void> | void;
  /** What is gone all the same, as a sentence without a full stop; left out = nothing. */
  loss?: string;
  /** Only this process knows what was in it: it is put back before the engine ends as well. */
  vital?: boolean;
  /** What to do when it cannot be put back; left out = a restart helps. */
  remedy?: string;
};

/** Checks the parts of a home while the engine runs. */
export type HomeWatch = { warnings(): Warning[]; stop(): Promise<void> };

/** Puts back what was removed from the home, and warns of what is lost with it or cannot be put back. */
export function watchHome(deps: {
  clock: Clock;
  log: Log;
  parts: readonly HomePart[];
  changed(): void;
}): HomeWatch {
  const { clock, log, parts, changed } = deps;
  const warnings = new Map<HomePart, Warning>();
  let stopped = false;
  let cancel = clock.setTimer(every, ring);

  function ring(): void {
    void check().finally(() => {
      if (!stopped) cancel = clock.setTimer(every, ring);
    });
  }

  async function check(): Promise<void> {
    for (const part of parts) {
      if (stopped && !part.vital) continue;
      try {
        if (part.isThere()) {
          if (part.loss === undefined && warnings.delete(part)) changed();
          continue;
        }
        await part.putBack();
        const warning = removed(part, part.loss ?? 'Nothing is lost: it was put back');
        log('error', warning.message);
        if (part.loss !== undefined) warn(part, warning);
      } catch (error) {
        warn(part, removed(part, `It cannot be put back (${toWireError(error).message})`));
      }
    }
  }

  function warn(part: HomePart, warning: Warning): void {
    if (warnings.get(part)?.message === warning.message) return;
    log('error', warning.message);
    warnings.set(part, warning);
    changed();
  }

  return {
    warnings: () => [...warnings.values()],
    async stop() {
      stopped = true;
      cancel();
      await check();
    },
  };
}

function removed({ name, path, remedy }: HomePart, why: string): Warning {
  return new BelfryError({
    code: 'HOME_UNUSABLE',
    what: `${name} was removed while Belfry was running`,
    where: `from ${path}`,
    why,
    remedy: remedy ?? 'Find out what removed it, put back what is missing, and restart Belfry',
    field: 'home',
  }).toWire();
}
