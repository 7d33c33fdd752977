import { type Alert, decide, type Fact, type Said } from './alerts.ts';

export type { Alert, Fact } from './alerts.ts';

/** Takes facts, and hands on those that a person should be told, each once. */
export function createAlerts(notify: (alert: Alert) => void): (fact: Fact) => void {
  let said: Said = new Set();
  return (fact) => {
    const decision = decide(said, fact);
    said = decision.said;
    if (decision.alert) notify(decision.alert);
  };
}
