import { BelfryError, type Clock, type Log, type Masking, type Millis, masking } from '../../shared/index.ts';

export type Fetch = (url: string, init?: RequestInit) => Promise<Response>;

/** A body: JSON, form fields, or bytes that are streamed and never whole in memory. */
export type Body =
  | { json: unknown }
  | { form: readonly (readonly [name: string, value: string])[] }
  | { stream: () => AsyncIterable<Uint8Array>; type: string; bytes: number };

type HttpRequest = {
  method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
  url: string;
  token?: string;
  headers?: Record<string, string>;
  body?: Body;
  /** What else must not come back in an answer, such as the key of a signature. */
  secrets?: readonly string[];
  /** The answer brings a secret that is wanted, which may be the one that was sent: its JSON is given as it came. */
  bringsSecret?: true;
  /** Ends the request early. Left out for the visible call, which runs to its end. */
  signal?: AbortSignal;
};

export type HttpAnswer = {
  kind: 'answer';
  status: number;
  headers: Headers;
  /** The parsed body; undefined when it was no JSON, cut off, or too large. */
  json: unknown;
  /** The beginning of the body as text. */
  text: string;
  /** False when the body was longer than what is read. */
  whole: boolean;
};
/**
 * `none`: no answer. `sent: 'no'` only when the connection was never made, so that nothing can have happened. `ended`:
 * we gave up, because of the time or of the caller's signal.
 */
export type HttpResult =
  | HttpAnswer
  | { kind: 'none'; sent: 'no' | 'maybe'; why: string; ended: 'time-out' | 'signal' | null };

export type Http = (request: HttpRequest) => Promise<HttpResult>;

export type HttpDeps = { fetch: Fetch; clock: Clock; log: Log; version: string };

/** Largest answer that is read; API answers are a few kilobytes. */
const largestAnswer = 4 * 1024 * 1024;

/**
 * A client that never throws: every failure is a result. Redirects are not followed (a POST would arrive as a GET).
 * What a request proves its sender with is hidden in all that comes of it: servers were seen to give tokens back in
 * their errors, and undici names a header that it cannot send.
 */
export function createHttp(deps: HttpDeps & { timeoutMs: number; largestAnswer?: number }): Http {
  return async (request) => {
    const hidden = masking(secretsOf(request));
    const abort = new AbortController();
    const giveUp = (why: string) => abort.abort(new Error(why));
    const seconds = Math.round(deps.timeoutMs / 1000);
    const cancelTimer = deps.clock.setTimer(deps.timeoutMs, () => giveUp(`no answer within ${seconds} s`));
    const onStop = () => giveUp('Belfry is stopping');
    request.signal?.addEventListener('abort', onStop, { once: true });
    if (request.signal?.aborted) onStop();
    try {
      const response = await deps.fetch(request.url, initOf(request, abort.signal, deps.version));
      const { text, whole } = await readBounded(response, deps.largestAnswer ?? largestAnswer);
      return {
        kind: 'answer',
        status: response.status,
        headers: response.headers,
        json: whole ? parseJson(text, request.bringsSecret ? null : hidden) : undefined,
        text: hidden.text(text).slice(0, 2000),
        whole,
      };
    } catch (error) {
      const sent = wasNeverSent(error) ? 'no' : 'maybe';
      const reason = hidden.text(reasonOf(error));
      deps.log('info', `${request.method} ${new URL(request.url).origin}: no answer`, { sent, why: reason });
      if (!abort.signal.aborted) return { kind: 'none', sent, why: reason, ended: null };
      const ended = request.signal?.aborted ? 'signal' : 'time-out';
      return { kind: 'none', sent, why: reasonOf(abort.signal.reason), ended };
    } finally {
      cancelTimer();
      request.signal?.removeEventListener('abort', onStop);
    }
  };
}

/** The token, and what else the request is let in by: `Bearer …`, `OAuth …`, a signature. */
function secretsOf({ token, headers, secrets = [] }: HttpRequest): string[] {
  const authorization = headers?.['authorization']?.split(/[\s,]+/) ?? [];
  return [
    ...secrets,
    ...(token === undefined ? [] : [token]),
    ...authorization.filter(({ length }) => length >= 16),
  ];
}

function initOf(request: HttpRequest, signal: AbortSignal, version: string): RequestInit {
  const headers: Record<string, string> = {
    accept: 'application/json',
    'user-agent': `Belfry/${version}`,
    ...(request.token === undefined ? {} : { authorization: `Bearer ${request.token}` }),
    ...request.headers,
  };
  const init: RequestInit & { duplex?: 'half' } = {
    method: request.method,
    headers,
    signal,
    redirect: 'manual',
  };
  const { body } = request;
  if (body === undefined) return init;
  if ('json' in body) {
    headers['content-type'] = 'application/json';
    init.body = JSON.stringify(body.json);
  } else if ('form' in body) {
    headers['content-type'] = 'application/x-www-form-urlencoded';
    init.body = new URLSearchParams(body.form.map(([name, value]) => [name, value])).toString();
  } else {
    headers['content-type'] = body.type;
    headers['content-length'] = String(body.bytes);
    init.body = toWebStream(body.stream());
    init.duplex = 'half';
    // Otherwise undici tees the body for the case of a redirect, and the other half piles up in memory, whole.
    init.redirect = 'error';
    init.window = null;
  }
  return init;
}

/** An async iterable as a pull-driven web stream: the next piece is read only when the socket wants it. */
function toWebStream(pieces: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  const iterator = pieces[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const next = await iterator.next();
      if (next.done) controller.close();
      else controller.enqueue(next.value);
    },
    async cancel() {
      await iterator.return?.();
    },
  });
}

function parseJson(text: string, hidden: Masking | null): unknown {
  try {
    const json: unknown = JSON.parse(text);
    return hidden === null ? json : hidden.json(json);
  } catch {
    return undefined; // HTML from a proxy, or an answer that was cut off: the status decides.
  }
}

/** The innermost reason, which is the one that says something (`fetch failed` does not). */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message || error.name : reasonOf(error.cause);
}

/** The body as text, at most `limit` bytes of it; `whole` is false when there was more. */
async function readBounded(response: Response, limit: number): Promise<{ text: string; whole: boolean }> {
  if (response.body === null) return { text: '', whole: true };
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return { text: text + decoder.decode(), whole: true };
    bytes += value.byteLength;
    if (bytes > limit) {
      await reader.cancel();
      return { text, whole: false };
    }
    text += decoder.decode(value, { stream: true });
  }
}

/**
 * Certificates that we ourselves refuse, at the end of the handshake and before the first byte of a request
 * (nodejs.org/api/tls.html, "X509 certificate error codes"); Node names no system call for them.
 */
const refusedCertificates: ReadonlySet<string> = new Set([
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

/** System calls that come before a connection stands. */
const beforeConnection: ReadonlySet<string> = new Set(['connect', 'getaddrinfo']);

/**
 * Whether a failed fetch certainly sent nothing: only failures of the look-up and of connecting prove that. The code
 * alone does not, for `read EHOSTUNREACH` arrives on a connection that stood, after the request has left; so do the
 * failures of a proxy, of HTTP/2 and of a connection that is used again. When in doubt, false.
 */
export function wasNeverSent(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  // One error per address that was tried (RFC 8305): all of them have to prove it.
  if (error instanceof AggregateError) return error.errors.length > 0 && error.errors.every(wasNeverSent);
  if ('syscall' in error && typeof error.syscall === 'string') return beforeConnection.has(error.syscall);
  if ('code' in error && typeof error.code === 'string')
    return error.code === 'UND_ERR_CONNECT_TIMEOUT' || refusedCertificates.has(error.code);
  return wasNeverSent(error.cause);
}

/** A question about an account or a token; its query may hold secrets, so only origin and path are ever shown. */
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

/** An answer to it: `json` is undefined when the body was not JSON (a proxy's error page). */
export type Answer = { status: number; json: unknown; location: string | null };

const askSeconds = 15;
const askedBytes = 1024 * 1024;

/** The server gave no answer; `sent: 'no'` when the request certainly never left. */
export class Unreachable extends BelfryError {
  readonly sent: 'no' | 'maybe';

  constructor(url: string, why: string, sent: 'no' | 'maybe') {
    super({
      code: 'NETWORK_UNREACHABLE',
      what: 'The server cannot be reached',
      where: new URL(url).origin,
      why,
      remedy: 'Check the address and the connection, then try again',
    });
    this.sent = sent;
  }
}

/**
 * Asks for a JSON document where the answer is wanted at once, as while signing in. Throws NETWORK_UNREACHABLE, or
 * TOO_LARGE for a longer body; `signal` ends it early.
 */
export async function askJson(deps: HttpDeps, ask: Ask): Promise<Answer> {
  const { url, query, form, token, signal } = ask;
  const http = createHttp({ ...deps, timeoutMs: askSeconds * 1000, largestAnswer: askedBytes });
  const result = await http({
    method: ask.method ?? (form === undefined ? 'GET' : 'POST'),
    url: query === undefined ? url : `${url}?${new URLSearchParams(query)}`,
    bringsSecret: true,
    secrets: Object.values({ ...query, ...form }).filter(({ length }) => length >= 16),
    ...(token === undefined ? {} : { token }),
    ...(form === undefined ? {} : { body: { form: Object.entries(form) } }),
    ...(signal === undefined ? {} : { signal }),
  });
  if (result.kind === 'none') {
    const { ended, sent } = result;
    const gaveUp =
      ended === 'signal' ? 'The request was called off' : `It did not answer within ${askSeconds} s`;
    throw new Unreachable(url, ended === null ? result.why : gaveUp, sent);
  }
  if (!result.whole)
    throw new BelfryError({
      code: 'TOO_LARGE',
      what: 'The answer of the server is too long',
      where: url,
      why: `It has more than ${askedBytes} bytes where a short answer was expected`,
      remedy: 'Check the address of the server',
    });
  return { status: result.status, json: result.json, location: result.headers.get('location') };
}

/** The document of an answer that says yes; undefined for every other answer, and for none. */
export function okJson(answer: HttpResult | Answer): unknown {
  return 'status' in answer && answer.status === 200 ? answer.json : undefined;
}

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
