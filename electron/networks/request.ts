import { BelfryError, type Clock, masking } from '../../shared/index.ts';
import type { Fetch } from './http.ts';

const timeoutMs = 15_000;
const bodyLimit = 1024 * 1024;

/** An answer of a server: `json` is undefined when the body was not JSON (a proxy's error page). */
export type Answer = { status: number; json: unknown; location: string | null };

export type RequestDeps = { fetch: Fetch; clock: Clock; version: string };

/** A request to a server; its query may hold secrets, so only origin and path are ever shown. */
export type Ask = {
  url: string;
  query?: Record<string, string>;
  token?: string;
  /** Makes it a POST of form fields. */
  form?: Record<string, string>;
  /** Left out: GET, or POST with a form. */
  method?: 'PUT';
  signal?: AbortSignal | undefined;
};

/**
 * Asks for a JSON document: never follows a redirect (a secret must not travel on), waits 15 s at most
 * and reads 1 MiB at most. Throws NETWORK_UNREACHABLE, or TOO_LARGE for a longer body; `signal` ends it early.
 */
export async function askJson(deps: RequestDeps, ask: Ask): Promise<Answer> {
  const { url, signal } = ask;
  const abort = new AbortController();
  const stop = () => abort.abort();
  const cancelTimer = deps.clock.setTimer(timeoutMs, stop);
  signal?.addEventListener('abort', stop, { once: true });
  if (signal?.aborted) stop();
  try {
    const search = ask.query === undefined ? '' : `?${new URLSearchParams(ask.query)}`;
    const response = await deps.fetch(`${url}${search}`, initOf(ask, deps.version, abort.signal));
    const text = await boundedText(response, url);
    return { status: response.status, json: parsed(text), location: response.headers.get('location') };
  } catch (error) {
    if (error instanceof BelfryError) throw error;
    const why = abort.signal.aborted
      ? signal?.aborted
        ? 'The request was called off'
        : `It did not answer within ${timeoutMs / 1000} s`
      : masking(sentWith(ask)).text(reasonOf(error));
    throw unreachable(url, why, error);
  } finally {
    cancelTimer();
    signal?.removeEventListener('abort', stop);
  }
}

function initOf({ token, form, method }: Ask, version: string, signal: AbortSignal): RequestInit {
  return {
    ...(method === undefined ? {} : { method }),
    ...(form === undefined ? {} : { method: 'POST', body: new URLSearchParams(form).toString() }),
    redirect: 'manual',
    signal,
    headers: {
      accept: 'application/json',
      'user-agent': `Belfry/${version}`,
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
    },
  };
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
        why: `It has more than ${bodyLimit} bytes where a short answer was expected`,
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

/** What a request proves its sender with; undici names a header that it cannot send. */
function sentWith({ token, query, form }: Ask): string[] {
  const values = Object.values({ ...query, ...form }).filter(({ length }) => length >= 16);
  return token === undefined ? values : [token, ...values];
}

const connecting: ReadonlySet<string> = new Set(['connect', 'getaddrinfo']);

/**
 * Whether an error of `askJson` certainly came before the request left: the look-up of the name or the connection failed
 * (Node names the system call). When in doubt, false.
 */
export function requestWasNeverSent(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof AggregateError)
    return error.errors.length > 0 && error.errors.every(requestWasNeverSent);
  if ('syscall' in error) return typeof error.syscall === 'string' && connecting.has(error.syscall);
  return requestWasNeverSent(error.cause);
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

/** A server's own words, short, on one line, and never with a secret in them. */
export function saidBy(text: string, secrets: readonly string[]): string {
  return printable(masking(secrets).text(text)).slice(0, 200);
}

export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
}
