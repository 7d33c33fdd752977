import { z } from 'zod';
import { graphVersion, type Login } from '../../../shared/index.ts';
import type { DraftMedia, Refusal, Session } from '../adapter.ts';
import { fileBody, fileProblem } from '../files.ts';
import { type Ask, askJson, type Body, type HttpDeps, type HttpResult, okJson } from '../http.ts';
import { metaError, refusalOf, signInRefusal } from './errors.ts';

/** One call of the Graph API; the token travels in a header, never in an address that a log could keep. */
export function graph(
  session: Session,
  method: 'GET' | 'POST',
  path: string,
  options: {
    query?: Record<string, string>;
    json?: Record<string, unknown>;
    body?: Body;
    visible?: boolean;
    /** Films have a host of their own (networks.md §4.2). */
    films?: boolean;
  } = {},
): Promise<HttpResult> {
  const { http, account, token, signal } = session;
  const search = options.query === undefined ? '' : `?${new URLSearchParams(options.query)}`;
  const body = options.body ?? (options.json === undefined ? undefined : { json: options.json });
  return http({
    method,
    url: `${options.films ? filmServer(account.server) : account.server}/${graphVersion}/${path}${search}`,
    token,
    ...(body === undefined ? {} : { body }),
    // The visible call runs to its end even when Belfry stops.
    ...(options.visible ? {} : { signal }),
  });
}

function filmServer(server: string): string {
  return server.replace(/^https:\/\/graph\.facebook\.com$/, 'https://graph-video.facebook.com');
}

const doneSchema = z.object({ success: z.literal(true) });
const failureSchema = z.object({
  debug_info: z.object({ retriable: z.boolean().catch(true), message: z.string().catch('') }),
});

/**
 * Sends a film to the address that Meta gave for it, whole (networks.md §3.2, §4.2); null when it is there. The address
 * gets the token, so it must be Meta's own.
 */
export async function sendBytes(session: Session, to: string, media: DraftMedia): Promise<Refusal | null> {
  const missing = await fileProblem(media);
  if (missing) return missing;
  if (!isMetas(to, session.account.server)) {
    const why = 'The network named an address for the film that is not its own';
    return { class: 'person', code: 'NETWORK_REFUSED', why, notBefore: null };
  }
  const answer = await session.http({
    method: 'POST',
    url: to,
    headers: { authorization: `OAuth ${session.token}`, offset: '0', file_size: String(media.bytes) },
    body: fileBody({ ...media, mime: 'application/octet-stream' }),
    signal: session.signal,
  });
  if (doneSchema.safeParse(okJson(answer)).success) return null;
  const failure = failureSchema.safeParse(answer.kind === 'answer' ? answer.json : undefined).data
    ?.debug_info;
  // What has begun cannot be gone on with for certain: the next try makes a new one.
  if (failure === undefined || (answer.kind === 'answer' && metaError(answer)))
    return { ...refusalOf(answer, session.clock.now()), dropUploads: true };
  const why = `The network did not take the film${failure.message === '' ? '' : `: ${failure.message.slice(0, 500)}`}`;
  const refusal = { code: 'NETWORK_REFUSED' as const, why, notBefore: null, dropUploads: true };
  return failure.retriable ? { ...refusal, class: 'retry', mostTries: 5 } : { ...refusal, class: 'edit' };
}

function isMetas(address: string, server: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname, origin } = new URL(address);
  return (
    origin === new URL(server).origin || (protocol === 'https:' && /(^|\.)facebook\.com$/.test(hostname))
  );
}

/**
 * Asks Meta for something of the form `schema` while signing in. Throws SIGN_IN_NEEDED when the token (or the code) is
 * refused, NETWORK_REFUSED for everything else that is no answer, NETWORK_UNREACHABLE.
 */
export async function askMeta<T>(deps: HttpDeps, ask: Ask, schema: z.ZodType<T>): Promise<T> {
  const answer = await askJson(deps, ask);
  const value = schema.safeParse(okJson(answer));
  if (value.success) return value.data;
  throw signInRefusal(ask, answer);
}

/** Where a log-in of Meta's lives: its Graph, the page for the browser, and where a code becomes a token. */
export type Places = { graph: string; dialog: string; token: string };

const real: Record<Login, Places> = {
  facebook: {
    graph: 'https://graph.facebook.com',
    dialog: `https://www.facebook.com/${graphVersion}/dialog/oauth`,
    token: `https://graph.facebook.com/${graphVersion}/oauth/access_token`,
  },
  instagram: {
    graph: 'https://graph.instagram.com',
    dialog: 'https://www.instagram.com/oauth/authorize',
    token: 'https://api.instagram.com/oauth/access_token',
  },
};

/** The addresses for a server: Meta's own, or all of them at the given origin. */
export function placesOf(login: Login, server: string): Places {
  if (server === real[login].graph) return real[login];
  return {
    graph: server,
    dialog: login === 'facebook' ? `${server}/${graphVersion}/dialog/oauth` : `${server}/oauth/authorize`,
    token:
      login === 'facebook' ? `${server}/${graphVersion}/oauth/access_token` : `${server}/oauth/access_token`,
  };
}
