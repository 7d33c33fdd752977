import type { Millis } from '../../../shared/index.ts';
import type { HttpResult } from './http.ts';
import { usageUntil } from './meta/usage.ts';
import { clockOffset } from './server-clock.ts';

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

/** Until when an answer of any kind asks this account to keep still: nothing is left of its limit; null when it may go on. */
export function spentUntil(result: HttpResult, now: Millis): Millis | null {
  if (result.kind === 'none') return null;
  const { headers } = result;
  const left = headers.get('x-ratelimit-remaining');
  const spent = left !== null && /^0+$/.test(left.trim()) ? rateLimitedUntil(headers, now) : null;
  return spent ?? usageUntil(headers, now);
}
