import type { PostInput, Problem } from '../../shared/index.ts';
import type { Adapter, Http, HttpAnswer, HttpResult, Limits, Refusal } from '../networks/index.ts';
import type { PublisherAccount, PublisherDeps } from './ports.ts';
import { wantsAddress } from './validate.ts';

/** `bytes` is null where the host may have changed the file. */
type Expected = { url: string; mime: string; bytes: number | null };

const mostHops = 3;
/** Answers of servers that know no HEAD. */
const tryGet: ReadonlySet<number> = new Set([400, 403, 405, 501]);
/** networks.md §3.5: an address that cannot be fetched was seen to recover; after so many tries the user is asked. */
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

/** Bytes of the whole file; null when the server does not say, or answers compressed. */
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

type Facts = { mime: string; bytes: number };

/**
 * Asks for the addresses that a post gives, where one of its networks fetches the file: `wrong` is what keeps it from
 * going out, `silent` what could not be reached from here now.
 */
export async function askGivenAddresses(
  http: Http,
  input: PostInput,
  files: ReadonlyMap<string, Facts>,
  limits: readonly (Limits | undefined)[],
  signal: AbortSignal,
): Promise<{ wrong: Problem[]; silent: Problem[] }> {
  const lists = [input.media, ...input.thread.map(({ media }) => media)];
  const wanted = lists.flatMap((list, part) =>
    list.flatMap(({ path, url }, index) => {
      const facts = files.get(path);
      const isFetched = facts && limits.some((one) => one !== undefined && wantsAddress(one, facts));
      const field = `${part === 0 ? '' : `thread[${part - 1}].`}media[${index}].url`;
      return url !== undefined && facts && isFetched ? [{ field, url, ...facts }] : [];
    }),
  );
  const found = await Promise.all(
    wanted.map(async ({ field, url, mime, bytes }) => ({
      field,
      refusal: await checkAddress(http, { url, mime, bytes }, signal),
    })),
  );
  const as = (isSilent: boolean): Problem[] =>
    found.flatMap(({ field, refusal }) =>
      refusal !== null && (refusal.code === 'NETWORK_UNREACHABLE') === isSilent
        ? [
            {
              field,
              message: `does not work: ${refusal.why}${isSilent ? '; Belfry asks again before it sends' : ''}`,
            },
          ]
        : [],
    );
  return { wrong: as(false), silent: as(true) };
}

/** So long before it is due a post's addresses are asked for. */
const aheadMs = 3_600_000;
/** What is due sooner is asked for when it is sent. */
const leastMs = 120_000;
/** Posts that were looked at are remembered; more than these are not in one hour. */
const mostRemembered = 10_000;

/**
 * Asks for the addresses that posts give within the hour before they are due, once each, and notifies the user of those that do not
 * work: there is time to do something about it. Whatever it finds, the post is asked for again when it is sent.
 */
export function createLookAhead(
  deps: Pick<PublisherDeps, 'ledger' | 'clock' | 'accounts' | 'needsAttention' | 'log'>,
  http: Http,
  adapterOf: (account: PublisherAccount) => Adapter,
) {
  const ends = new AbortController();
  const seen = new Set<string>();
  let running = false;

  const lookAt = async (account: PublisherAccount, post: string): Promise<void> => {
    const limits = adapterOf(account).knownLimits(account);
    const record = await deps.ledger.get(post);
    for (const media of record?.post.media ?? []) {
      const { publicUrl: url, mime, bytes, name } = media;
      if (url === null || !limits || !wantsAddress(limits, media)) continue;
      const refusal = await checkAddress(http, { url, mime, bytes }, ends.signal);
      if (!refusal || refusal.code === 'NETWORK_UNREACHABLE' || ends.signal.aborted) continue;
      const reason = `${name} cannot be fetched yet: ${refusal.why}. The post is due within the hour`;
      deps.needsAttention({ kind: 'address', post, account: account.id, reason });
    }
  };
  const run = async (): Promise<void> => {
    const now = deps.clock.now();
    for (const account of deps.accounts?.() ?? []) {
      if ((adapterOf(account).knownLimits(account)?.fetches ?? 'nothing') === 'nothing') continue;
      for (const { post, dueAt } of await deps.ledger.waiting(account.id, now + leastMs, now + aheadMs)) {
        const name = `${post} ${account.id} ${dueAt}`;
        if (seen.has(name) || ends.signal.aborted) continue;
        if (seen.size >= mostRemembered) seen.clear();
        seen.add(name);
        await lookAt(account, post);
      }
    }
  };
  return {
    /** Nothing to wait for when it is at it already. */
    run(): Promise<void> | undefined {
      if (running) return undefined;
      running = true;
      return run()
        .catch((error: unknown) =>
          deps.log('error', 'Addresses could not be asked for ahead of time', { error: String(error) }),
        )
        .finally(() => {
          running = false;
        });
    },
    stop: () => ends.abort(),
  };
}
