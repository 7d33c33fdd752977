import type { Millis } from '../../../shared/index.ts';

/** `Date` has whole seconds, and an answer takes its time. */
const agreementMs: Millis = 5000;

/** How far a server's clock is ahead of ours, from the `Date` of its answer (RFC 9110 §6.6.1); 0 when they agree or it does not tell. */
export function clockOffset(headers: Headers, now: Millis): Millis {
  const offset = Date.parse(headers.get('date') ?? '') - now;
  return Math.abs(offset) > agreementMs ? offset : 0;
}
