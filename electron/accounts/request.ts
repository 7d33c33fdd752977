import { BelfryError, type Clock } from '../../shared/index.ts';
import type { Fetch } from './ports.ts';

const timeoutMs = 15_000;
const bodyLimit = 1024 * 1024;

/** An answer of a server: `json` is undefined when the body was not JSON (a proxy's error page). */
export type Answer = { status: number; json: unknown; location: string | null };

export type RequestNeeds = { fetch: Fetch; clock: Clock; version: string };

/**
 * GETs a JSON document with a token: never follows a redirect (the token must not travel on), waits 15 s at most
 * and reads 1 MiB at most. Throws NETWORK_UNREACHABLE, or TOO_LARGE for a longer body; `signal` ends it early.
 */
export async function getJson(
  needs: RequestNeeds,
  url: string,
  token: string,
  signal?: AbortSignal,
): Promise<Answer> {
  const abort = new AbortController();
  const stop = () => abort.abort();
  const cancelTimer = needs.clock.setTimer(timeoutMs, stop);
  signal?.addEventListener('abort', stop, { once: true });
  if (signal?.aborted) stop();
  try {
    const response = await needs.fetch(url, {
      redirect: 'manual',
      signal: abort.signal,
      headers: {
        accept: 'application/json',
        authorization: `Bearer ${token}`,
        'user-agent': `Belfry/${needs.version}`,
      },
    });
    const text = await boundedText(response, url);
    return { status: response.status, json: parsed(text), location: response.headers.get('location') };
  } catch (error) {
    if (error instanceof BelfryError) throw error;
    const why = abort.signal.aborted
      ? signal?.aborted
        ? 'The request was called off'
        : `It did not answer within ${timeoutMs / 1000} s`
      : reasonOf(error);
    throw unreachable(url, why, error);
  } finally {
    cancelTimer();
    signal?.removeEventListener('abort', stop);
  }
}

async function boundedText(response: Response, url: string): Promise<string> {
  if (!response.body) return '';
  const decoder = new TextDecoder();
  const reader = response.body.getReader();
  let text = '';
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    bytes += value.byteLength;
    if (bytes > bodyLimit) {
      await reader.cancel();
      throw new BelfryError({
        code: 'TOO_LARGE',
        what: 'The answer of the server is too long',
        where: url,
        why: `It has more than ${bodyLimit} bytes where an account's description was expected`,
        remedy: 'Check the address of the server',
      });
    }
    text += decoder.decode(value, { stream: true });
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // Not JSON: the status alone must decide.
  }
}

/** fetch hides what happened in `cause`. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message || cause.name : String(cause);
}

function unreachable(url: string, why: string, cause: unknown): BelfryError {
  return new BelfryError({
    code: 'NETWORK_UNREACHABLE',
    what: 'The server cannot be reached',
    where: new URL(url).origin,
    why,
    remedy: 'Check the address and the connection, then try again',
    cause,
  });
}
