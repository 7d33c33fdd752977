import { BelfryError, shownUrl, type WebhookStep } from '../../../shared/index.ts';
import { type StepOutcome, stopped, stopReason } from './run-command.ts';

export type WebhookDeps = {
  fetch: typeof fetch;
  signal: AbortSignal;
  /** The same for each try of this step in this run, so that the receiver recognizes a repetition. */
  key: string;
  say(text: string): void;
  /** Takes the answer's text. */
  answer(text: string): void;
  where: string;
};

/** Bytes of an answer that are read. */
const longestAnswer = 64 * 1024;
/** Time-out of a step that sets none, in milliseconds. */
const defaultTimeout = 60_000;

/** Calls an address; anything but an expected status code is a failure. Throws NETWORK_UNREACHABLE. */
export async function runWebhook(deps: WebhookDeps, step: WebhookStep): Promise<StepOutcome> {
  const call = await request(deps, step);
  if ('status' in call) return call;
  const { response, text, isWhole } = call;
  deps.say(`${step.method} ${shownUrl(step.url)}: ${response.status} ${response.statusText}`.trim());
  if (text !== '') deps.answer(text);
  if (!isWhole) deps.say(`The answer is longer; its first ${longestAnswer} bytes are kept.`);
  const ok = step.expect ? step.expect.includes(response.status) : response.ok;
  if (ok) return { status: 'success' };
  const expected = step.expect ? step.expect.join(' or ') : '200 to 299';
  return { status: 'failed', error: `The server answered ${response.status}, expected was ${expected}.` };
}

async function request(deps: WebhookDeps, step: WebhookStep) {
  const given = step.timeoutSeconds === null ? AbortSignal.timeout(defaultTimeout) : undefined;
  const controller = new AbortController();
  const abort = () => controller.abort();
  for (const signal of [deps.signal, given]) signal?.addEventListener('abort', abort);
  if (deps.signal.aborted) abort();
  try {
    const response = await deps.fetch(step.url, {
      method: step.method,
      headers: headersOf(deps, step),
      signal: controller.signal,
      ...(step.body === undefined ? {} : { body: textOf(step.body) }),
    });
    return { response, ...(await beginningOf(response)) };
  } catch (error) {
    const reason = stopReason(deps.signal);
    if (reason) return stopped(reason);
    throw unreachable(deps, step, error, given?.aborted === true);
  } finally {
    for (const signal of [deps.signal, given]) signal?.removeEventListener('abort', abort);
  }
}

/** An answer may be endless. */
async function beginningOf({ body }: Response): Promise<{ text: string; isWhole: boolean }> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop aborts the transfer.
  for await (const piece of body ?? []) {
    pieces.push(piece.subarray(0, longestAnswer - size));
    size += piece.length;
    if (size > longestAnswer) break;
  }
  return { text: new TextDecoder().decode(Buffer.concat(pieces)), isWhole: size <= longestAnswer };
}

function headersOf({ key }: WebhookDeps, { headers, body }: WebhookStep): Record<string, string> {
  const isJson = body !== undefined && typeof body !== 'string';
  return {
    ...(isJson ? { 'content-type': 'application/json' } : {}),
    'idempotency-key': key,
    'user-agent': 'Belfry',
    ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
  };
}

function textOf(body: WebhookStep['body']): string {
  return typeof body === 'string' ? body : JSON.stringify(body);
}

function unreachable({ where }: WebhookDeps, step: WebhookStep, error: unknown, late: boolean): BelfryError {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return new BelfryError({
    code: 'NETWORK_UNREACHABLE',
    what: `${shownUrl(step.url)} cannot be reached`,
    where,
    why: late
      ? `There was no answer within ${defaultTimeout / 1000} s`
      : cause instanceof Error
        ? cause.message
        : String(cause),
    remedy: 'Check the address and the network',
  });
}
