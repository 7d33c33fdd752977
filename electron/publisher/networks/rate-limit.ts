import type { Millis } from '../../../shared/index.ts';

/** When the server lets us in again, from X-RateLimit-Reset (ISO time) or Retry-After (seconds or HTTP date); null when unreadable. */
export function rateLimitedUntil(headers: Headers, now: Millis): Millis | null {
  const after = headers.get('retry-after');
  const reset = headers.get('x-ratelimit-reset');
  const times = [
    after !== null && /^\d{1,6}$/.test(after) ? now + Number(after) * 1000 : Date.parse(after ?? ''),
    Date.parse(reset ?? ''),
  ].filter((at) => at > now && at < now + 24 * 60 * 60_000); // A day at most: rubbish must not silence an account.
  return times.length > 0 ? Math.max(...times) : null;
}
