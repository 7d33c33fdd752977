import type { Clock } from '../../shared/index.ts';
import { type Alert, decide, type Fact, type Said, summarize } from './alerts.ts';

export type { Alert, Fact } from './alerts.ts';

export type Alerts = {
  tell(fact: Fact): void;
  /** Hands on what is still gathered; afterwards `tell` does so at once. */
  close(): void;
};

/** Alerts are told after so long without another one, in milliseconds, and at the latest so long after the first. */
const quiet = 1000;
const patience = 10_000;

/**
 * Takes facts, and passes on those that the user should hear of, each once. What happens to many at a time (a crash, a
 * night without network) is gathered for a moment and told as a whole.
 */
export function createAlerts({ notify, clock }: { notify: (alert: Alert) => void; clock: Clock }): Alerts {
  let said: Said = new Set();
  let gathered: Alert[] = [];
  let since = 0;
  let closed = false;
  let cancel = () => {};

  function handOn(): void {
    cancel();
    const alerts = summarize(gathered);
    gathered = [];
    for (const alert of alerts) notify(alert);
  }

  function gather(alert: Alert): void {
    if (gathered.length === 0) since = clock.monotonic();
    gathered.push(alert);
    const left = since + patience - clock.monotonic();
    cancel();
    if (closed || left <= 0) handOn();
    else cancel = clock.setTimer(Math.min(quiet, left), handOn);
  }

  return {
    tell(fact) {
      const decision = decide(said, fact);
      said = decision.said;
      if (decision.alert) gather(decision.alert);
    },
    close() {
      closed = true;
      handOn();
    },
  };
}
