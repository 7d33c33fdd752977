import { graphVersion } from '../../../../shared/index.ts';
import type { Session } from '../adapter.ts';
import type { Body, HttpResult } from '../http.ts';

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
