import type { Http, HttpAnswer, HttpResult, Refusal } from '../../networks/index.ts';

/** `bytes` is null where the host may have changed the file. */
export type Expected = { url: string; mime: string; bytes: number | null };

const mostHops = 3;
/** Answers of servers that know no HEAD. */
const tryGet: ReadonlySet<number> = new Set([400, 403, 405, 501]);
/** networks.md §3.5: an address that cannot be fetched was seen to recover; after so many tries a person is asked. */
const mostTries = 4;

/** Whether anybody can fetch this very file from its address; null when they can, else why not. */
export async function checkAddress(
  http: Http,
  expected: Expected,
  signal: AbortSignal,
): Promise<Refusal | null> {
  const head = await ask(http, 'HEAD', expected.url, signal);
  const answer =
    head.kind === 'answer' && tryGet.has(head.status) ? await ask(http, 'GET', expected.url, signal) : head;
  return judge(answer, expected);
}

/** Redirects are followed as Instagram does; a body is not wanted. */
async function ask(
  http: Http,
  method: 'HEAD' | 'GET',
  from: string,
  signal: AbortSignal,
): Promise<HttpResult> {
  let url = from;
  for (let hop = 0; ; hop += 1) {
    const headers = { accept: '*/*', ...(method === 'GET' ? { range: 'bytes=0-0' } : {}) };
    const answer = await http({ method, url, headers, signal });
    const next = answer.kind === 'answer' && isRedirect(answer) ? answer.headers.get('location') : null;
    if (next === null || hop === mostHops || !URL.canParse(next, url)) return answer;
    url = new URL(next, url).href;
  }
}

function judge(answer: HttpResult, { url, mime, bytes }: Expected): Refusal | null {
  const place = `the address ${url}`;
  if (answer.kind === 'none')
    return refuse('retry', 'NETWORK_UNREACHABLE', `${place} could not be reached: ${answer.why}`);
  const { status, headers } = answer;
  if (status >= 500 || status === 429)
    return refuse(
      'retry',
      'NETWORK_UNREACHABLE',
      `${place} answers ${status}; Belfry looks again before it sends`,
    );
  if (status !== 200 && status !== 206) {
    const why = `${place} answers ${status}, and has to show the file to everybody; make it public, or give another address`;
    return { ...refuse('retry', 'NETWORK_REFUSED', why), mostTries };
  }
  const type = (headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  if (type !== mime)
    return refuse(
      'edit',
      'NETWORK_REFUSED',
      `${place} gives ${type === '' ? 'no type' : type} instead of ${mime}; give the address of the file itself`,
    );
  const length = lengthOf(answer);
  if (length !== null && bytes !== null && length !== bytes)
    return refuse(
      'edit',
      'NETWORK_REFUSED',
      `${place} gives a file of ${length} bytes, and the one here has ${bytes}; put this very file there`,
    );
  return null;
}

/** Bytes of the whole file; null when they are not told, or are those of a packed form. */
function lengthOf({ status, headers }: HttpAnswer): number | null {
  if (headers.has('content-encoding')) return null;
  const text =
    status === 206
      ? headers.get('content-range')?.split('/')[1]
      : (headers.get('content-length') ?? undefined);
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : null;
}

function isRedirect({ status }: HttpAnswer): boolean {
  return [301, 302, 303, 307, 308].includes(status);
}

function refuse(kind: 'retry' | 'edit', code: Refusal['code'], why: string): Refusal {
  return { class: kind, code, why, notBefore: null };
}
