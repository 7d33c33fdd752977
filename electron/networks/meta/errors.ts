import { z } from 'zod';
import { BelfryError, type Millis } from '../../../shared/index.ts';
import type { Refusal, RefusalClass, Sent } from '../adapter.ts';
import { type Answer, type Ask, type HttpAnswer, type HttpResult, rateLimitedUntil } from '../http.ts';
import { saidBy } from '../sign-in.ts';

const errorSchema = z.object({
  error: z.object({
    message: z.string().catch(''),
    code: z.number().int().optional().catch(undefined),
    error_subcode: z.number().int().optional().catch(undefined),
    is_transient: z.boolean().optional().catch(undefined),
    error_user_msg: z.string().optional().catch(undefined),
    fbtrace_id: z.string().optional().catch(undefined),
  }),
});
/** The flat one of api.instagram.com, which only takes codes. */
const flatErrorSchema = z.object({ error_type: z.string(), code: z.number(), error_message: z.string() });
export type MetaError = z.infer<typeof errorSchema>['error'];

/** What an error of the Graph API asks for: a class, a new container, or unknown (networks.md §3.5, §4.4). */
type Meaning = RefusalClass | 'again' | 'unknown' | 'suspect';

const bySubcode: Readonly<Record<number, Meaning>> = {
  2207003: 'retry', // download time-out
  2207020: 'again', // media expired
  2207001: 'unknown', // Instagram server error
  2207032: 'again',
  2207053: 'again',
  2207057: 'edit',
  2207051: 'suspect', // suspected spam; seen although the post was live
  2207042: 'wait', // daily limit
  2207006: 'again', // container not found
  2207008: 'unknown', // temporary, or container gone
  2207050: 'person', // account restricted
  2207026: 'edit',
  2207052: 'retry', // media not fetchable; seen to be transient
  2207027: 'retry', // not ready
  2207004: 'edit',
  2207005: 'edit',
  2207009: 'edit',
  2207010: 'edit',
  2207023: 'edit',
  2207028: 'edit',
  459: 'person',
  464: 'person',
  1404078: 'person', // Page Publishing Authorization
  1404082: 'suspect', // already posted
  1366046: 'edit',
  1366051: 'suspect', // photos already posted
  1609005: 'edit',
};

const byCode: Readonly<Record<number, Meaning>> = {
  [-1]: 'unknown',
  [-2]: 'retry',
  1: 'unknown',
  2: 'unknown',
  4: 'retry',
  17: 'retry',
  32: 'retry',
  613: 'retry',
  341: 'retry',
  80001: 'retry',
  80002: 'retry',
  9: 'wait',
  9004: 'retry',
  9007: 'retry',
  10: 'reauthorize',
  102: 'reauthorize',
  190: 'reauthorize',
  25: 'person',
  352: 'edit',
  368: 'wait',
  506: 'suspect', // the same text as the latest post
  36000: 'edit',
  36001: 'edit',
  36003: 'edit',
  36004: 'edit',
};

/** The error object of an answer; undefined when there is none. */
export function metaError(answer: Pick<HttpAnswer, 'json'>): MetaError | undefined {
  return errorSchema.safeParse(answer.json).data?.error;
}

/** Code and subcode to a meaning; pure. */
export function meaningOf({ code, error_subcode: subcode, is_transient: transient }: MetaError): Meaning {
  if (code === 100 && subcode === 33) return 'unknown'; // object missing, or no permission, or a fault of theirs
  const known =
    (subcode === undefined ? undefined : bySubcode[subcode]) ??
    (code === undefined ? undefined : byCode[code]);
  if (known) return known;
  if (transient) return 'unknown';
  if (code !== undefined && code >= 200 && code <= 299) return 'reauthorize';
  return code === 100 ? 'edit' : 'unknown';
}

/** What a failed request asks for that made nothing visible: whatever is unknown may be tried again. */
export function refusalOf(result: HttpResult, now: Millis): Refusal {
  if (result.kind === 'none')
    return {
      class: 'retry',
      code: 'NETWORK_UNREACHABLE',
      why: `The network could not be reached: ${result.why}`,
      notBefore: null,
      ...(result.sent === 'no' ? { holds: 'offline' } : {}),
    };
  const error = metaError(result);
  const why = wordsOf(result, error);
  const meaning = error === undefined ? byStatus(result.status) : meaningOf(error);
  const notBefore = usageUntil(result.headers, now) ?? rateLimitedUntil(result.headers, now);
  if (meaning === 'again')
    return { class: 'retry', code: 'NETWORK_REFUSED', why, notBefore, dropUploads: true, mostTries: 4 };
  if (meaning === 'unknown') return { class: 'retry', code: 'NETWORK_REFUSED', why, notBefore };
  if (meaning === 'suspect') return { class: 'edit', code: 'NETWORK_REFUSED', why, notBefore: null };
  return {
    class: meaning,
    code: meaning === 'reauthorize' ? 'SIGN_IN_NEEDED' : 'NETWORK_REFUSED',
    why,
    notBefore,
    ...(meaning === 'wait' || result.status === 429 ? { holds: 'rate-limit' } : {}),
  };
}

/** What a failed visible call means: only a definite code is a refusal. */
export function sentOf(result: HttpResult, now: Millis): Sent {
  if (result.kind === 'none')
    return result.sent === 'no'
      ? { kind: 'refused', refusal: refusalOf(result, now) }
      : { kind: 'unknown', why: `No answer: ${result.why}` };
  const error = metaError(result);
  const why = wordsOf(result, error);
  const meaning = error === undefined ? byStatus(result.status) : meaningOf(error);
  if (meaning === 'suspect') return { kind: 'unknown', why, noRepeat: true };
  if (meaning === 'unknown' || result.status >= 500) return { kind: 'unknown', why };
  return { kind: 'refused', refusal: refusalOf(result, now) };
}

/** For an answer without an error object: a proxy's, or something that is no Graph API at all. */
function byStatus(status: number): Meaning {
  if (status === 401 || status === 403) return 'reauthorize';
  if (status === 429) return 'retry';
  if (status >= 300 && status < 400) return 'person';
  return status === 404 || status === 413 ? 'edit' : 'unknown';
}

function wordsOf(answer: HttpAnswer, error: MetaError | undefined): string {
  if (!error) return `The network answered ${answer.status}`;
  const said = (error.error_user_msg ?? error.message).slice(0, 500);
  const codes = [error.code, error.error_subcode].filter((code) => code !== undefined).join('/');
  const trace = error.fbtrace_id === undefined ? '' : `, trace ${error.fbtrace_id}`;
  return `The network answered ${answer.status} (${codes}${trace})${said === '' ? '' : `: ${said}`}`;
}

/** What a refusal of a question means for whoever signs in (networks.md §3.5): by codes, never by texts, which are translated. */
export function signInRefusal(ask: Ask, answer: Answer): BelfryError {
  const where = new URL(ask.url).origin;
  const error = metaError(answer);
  const flat = flatErrorSchema.safeParse(answer.json).data;
  const said = error ? (error.error_user_msg ?? error.message) : (flat?.error_message ?? '');
  const codes = [error?.code, error?.error_subcode].filter((code) => code !== undefined).join('/');
  const why = said
    ? `It said "${saidBy(said, secretsOf(ask))}" (HTTP ${answer.status}${codes === '' ? '' : `, code ${codes}`})`
    : `It answered HTTP ${answer.status}`;
  const isRefused = error ? refusesToken(error) : flat !== undefined && answer.status === 400;
  if (isRefused || (error?.code === undefined && answer.status === 401)) {
    const remedy = 'Sign in again';
    return new BelfryError({ code: 'SIGN_IN_NEEDED', what: 'Meta refuses the sign-in', where, why, remedy });
  }
  const busy = answer.status === 429 || answer.status >= 500 || (error !== undefined && isBusy(error));
  return new BelfryError({
    code: 'NETWORK_REFUSED',
    what: busy ? 'Meta cannot answer now' : 'Meta refuses the request',
    where,
    why,
    remedy: busy
      ? 'Try again in some minutes'
      : 'Check the app at Meta, its permissions and its redirect URI',
  });
}

/** Only a new sign-in can help: the token, a permission, or a code that was used before or is wrong. */
function refusesToken({ code = 0, error_subcode: subcode = 0 }: MetaError): boolean {
  const isSpentCode = code === 100 && [36007, 36008, 36009].includes(subcode);
  return isSpentCode || byCode[code] === 'reauthorize' || (code >= 200 && code <= 299);
}

function isBusy({ code = 0, is_transient: transient }: MetaError): boolean {
  const meaning = byCode[code];
  return transient === true || meaning === 'retry' || meaning === 'unknown';
}

/** What was sent and must not come back in a text. */
function secretsOf({ token, query = {}, form = {} }: Ask): string[] {
  const names = ['client_secret', 'access_token', 'fb_exchange_token', 'input_token', 'code'];
  return [token ?? '', ...names.flatMap((name) => [query[name] ?? '', form[name] ?? ''])];
}

const appSchema = z
  .object({ call_count: z.number(), total_time: z.number(), total_cputime: z.number() })
  .partial();
const businessSchema = z.record(
  z.string(),
  z.array(appSchema.extend({ estimated_time_to_regain_access: z.number().optional() })),
);

const minute = 60_000;
/** The app-wide limit is per hour and names no end; a quarter of it is a fair wait. */
const appWaitMs = 15 * minute;

/** When the rate headers of Meta let us go on (networks.md §4.4: percent, and minutes to wait); null when they do not hold us. */
export function usageUntil(headers: Headers, now: Millis): Millis | null {
  if (!headers.has('x-app-usage') && !headers.has('x-business-use-case-usage')) return null;
  const app = appSchema.safeParse(parsed(headers.get('x-app-usage'))).data ?? {};
  const business = businessSchema.safeParse(parsed(headers.get('x-business-use-case-usage'))).data ?? {};
  const waits = Object.values(business)
    .flat()
    .map((use) => (use.estimated_time_to_regain_access ?? 0) * minute);
  const full = [app.call_count, app.total_time, app.total_cputime].some((percent) => (percent ?? 0) >= 100);
  const wait = Math.max(0, full ? appWaitMs : 0, ...waits);
  return wait === 0 ? null : now + Math.min(wait, 24 * 60 * minute);
}

function parsed(text: string | null): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined; // No header, or rubbish in it: it does not hold us.
  }
}
