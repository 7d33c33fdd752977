import type { Clock, Millis } from '../../shared/index.ts';

/** When, by our clock, the server lets us in again: X-RateLimit-Reset (ISO time) or Retry-After (seconds or HTTP date); null when unreadable. */
export function rateLimitedUntil(headers: Headers, now: Millis): Millis | null {
  const after = headers.get('retry-after');
  const reset = headers.get('x-ratelimit-reset');
  const ahead = clockOffset(headers, now);
  const times = [
    after !== null && /^\d{1,6}$/.test(after) ? now + Number(after) * 1000 : Date.parse(after ?? '') - ahead,
    Date.parse(reset ?? '') - ahead,
  ].filter((at) => at > now && at < now + 24 * 60 * 60_000); // A day at most: rubbish must not silence an account.
  return times.length > 0 ? Math.max(...times) : null;
}

/** Until when a server that counts down its limit asks this account to keep still; null when something is left of it. */
export function spentUntil(headers: Headers, now: Millis): Millis | null {
  const left = headers.get('x-ratelimit-remaining');
  return left !== null && /^0+$/.test(left.trim()) ? rateLimitedUntil(headers, now) : null;
}

/** `Date` has whole seconds, and an answer takes its time. */
const agreementMs: Millis = 5000;

/** How far a server's clock is ahead of ours, from the `Date` of its answer (RFC 9110 §6.6.1); 0 when they agree or it does not tell. */
export function clockOffset(headers: Headers, now: Millis): Millis {
  const offset = Date.parse(headers.get('date') ?? '') - now;
  return Math.abs(offset) > agreementMs ? offset : 0;
}

/** Waits `ms`; false when `signal` ended the wait. */
export function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return Promise.resolve(false);
  return new Promise((resolve) => {
    const onAbort = () => {
      cancel();
      resolve(false);
    };
    const cancel = clock.setTimer(ms, () => {
      signal.removeEventListener('abort', onAbort);
      resolve(true);
    });
    signal.addEventListener('abort', onAbort, { once: true });
  });
}
