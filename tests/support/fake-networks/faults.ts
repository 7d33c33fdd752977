import type { ServerResponse } from 'node:http';

/** What can be asked of a fake server, as far as faults go. */
export type Route =
  | 'post'
  | 'upload'
  | 'media'
  | 'list'
  /** A post that is out, as it is shown. */
  | 'shown'
  | 'instance'
  | 'account'
  | 'container'
  | 'draft'
  | 'app'
  | 'authorize'
  | 'token'
  | 'revoke';

/**
 * A misbehaviour for one request.
 * `lost-answer`: the effect, then a reset. `lost-request`: a reset without effect. `late-effect`: a reset now, the effect after `ms`.
 * `held`: a reset now, the effect when the test says so. `slow-answer`: the effect now, the answer after `ms`. `answer`: this answer instead, after the effect or without it.
 */
export type Fault =
  | { kind: 'lost-answer' }
  | { kind: 'lost-request' }
  | { kind: 'late-effect'; ms: number }
  | { kind: 'slow-answer'; ms: number }
  | { kind: 'held'; hand(effect: () => void): void }
  | { kind: 'answer'; status: number; body: string; headers?: Record<string, string>; effect: boolean };

export const lostAnswer: Fault = { kind: 'lost-answer' };
export const lostRequest: Fault = { kind: 'lost-request' };
export const lateEffect = (ms: number): Fault => ({ kind: 'late-effect', ms });
/** A request that is cut off and still at work on the server until `happen` is called. */
export function heldEffect(): { fault: Fault; happen(): void } {
  let effect: (() => void) | undefined;
  return { fault: { kind: 'held', hand: (given) => (effect = given) }, happen: () => effect?.() };
}
export const slowAnswer = (ms: number): Fault => ({ kind: 'slow-answer', ms });
export const answer = (
  status: number,
  body: unknown,
  options: { effect?: boolean; headers?: Record<string, string> } = {},
): Fault => ({
  kind: 'answer',
  status,
  body: typeof body === 'string' ? body : JSON.stringify(body),
  effect: options.effect ?? false,
  ...(options.headers ? { headers: options.headers } : {}),
});
const page = '<html><body><h1>nginx</h1></body></html>';
export const html502 = (effect = false): Fault =>
  answer(502, page, { effect, headers: { 'content-type': 'text/html' } });
export const html413: Fault = answer(413, page, { headers: { 'content-type': 'text/html' } });
export const rateLimited = (headers: Record<string, string>): Fault =>
  answer(429, { error: 'Zu viele Anfragen' }, { headers });

/** Faults that wait for their requests, and a rule for all others. */
export type Faults = {
  /** The next requests of this route fail like this, one each. */
  next(route: Route, ...faults: Fault[]): void;
  /** Asked for each request without a fault of its own. */
  rule: (route: Route) => Fault | undefined;
  take(route: Route): Fault | undefined;
};

export function createFaults(): Faults {
  const waiting = new Map<Route, Fault[]>();
  return {
    next: (route, ...faults) => void waiting.set(route, [...(waiting.get(route) ?? []), ...faults]),
    rule: () => undefined,
    take(route) {
      return waiting.get(route)?.shift() ?? this.rule(route);
    },
  };
}

/** Runs `effect` and answers with what it gives, bent by the fault. */
export async function perform(
  response: ServerResponse,
  fault: Fault | undefined,
  effect: () => Reply,
): Promise<void> {
  if (!fault) return reply(response, effect());
  switch (fault.kind) {
    case 'lost-answer':
      effect();
      return void response.destroy();
    case 'lost-request':
      return void response.destroy();
    case 'late-effect':
      setTimeout(effect, fault.ms);
      return void response.destroy();
    case 'held':
      fault.hand(effect);
      return void response.destroy();
    case 'slow-answer': {
      const made = effect();
      return void setTimeout(() => reply(response, made), fault.ms);
    }
    case 'answer':
      if (fault.effect) effect();
      return reply(response, {
        status: fault.status,
        body: fault.body,
        ...(fault.headers ? { headers: fault.headers } : {}),
      });
  }
}

export type Reply = { status: number; body: unknown; headers?: Record<string, string> };

/** Sends an answer; a text goes out as it is, everything else as JSON. */
export function reply(response: ServerResponse, { status, body, headers }: Reply): void {
  if (response.destroyed || response.headersSent) return;
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(text);
}
