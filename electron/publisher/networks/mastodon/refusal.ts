import type { Millis } from '../../../../shared/index.ts';
import type { Refusal, RefusalClass } from '../adapter.ts';
import type { HttpAnswer, HttpResult } from '../http.ts';
import { rateLimitedUntil } from '../rate-limit.ts';

/** A server's own words, for a person to read; never used to decide (they are translated, networks.md §1.9). */
export function wordsOf(answer: HttpAnswer): string {
  const { json } = answer;
  const said =
    typeof json === 'object' && json !== null
      ? 'error' in json && typeof json.error === 'string'
        ? json.error
        : 'message' in json && typeof json.message === 'string'
          ? json.message
          : ''
      : '';
  return `The server answered ${answer.status}${said ? `: ${said.slice(0, 500)}` : ''}`;
}

/** What a failed request that changes nothing visible asks for. */
export function refusalOfRead(
  result: HttpResult,
  now: Millis,
  forbidden: 'reauthorize' | 'edit' = 'reauthorize',
): Refusal {
  if (result.kind === 'none') {
    return {
      class: 'retry',
      code: 'NETWORK_UNREACHABLE',
      why: `The server could not be reached: ${result.why}`,
      notBefore: null,
      ...(result.sent === 'no' ? { holds: 'offline' } : {}),
    };
  }
  const { status } = result;
  if (status >= 500 || status === 408 || status === 425 || status === 429 || status === 200)
    return refusal('retry', result, rateLimitedUntil(result.headers, now));
  if (status === 401) return refusal('reauthorize', result);
  if (status === 403) return refusal(forbidden, result);
  if (status >= 300 && status < 400) return refusal('person', result);
  return refusal('edit', result);
}

/** A refusal of this class in the server's words. */
export function refusal(kind: RefusalClass, answer: HttpAnswer, notBefore: Millis | null = null): Refusal {
  return {
    class: kind,
    code: kind === 'reauthorize' ? 'SIGN_IN_NEEDED' : 'NETWORK_REFUSED',
    why: wordsOf(answer),
    notBefore,
    ...(answer.status === 429 ? { holds: 'rate-limit' } : {}),
  };
}
