/** What the browser came back with: a code, or the network's word for why there is none. */
export type BrowserAnswer =
  | { code: string; state: string | null }
  | { refusal: string; state: string | null };

/** The parameters of a redirect (RFC 6749 §4.1.2); undefined when it is none. */
export function readRedirect(query: URLSearchParams): BrowserAnswer | undefined {
  const state = query.get('state');
  const error = query.get('error');
  if (error !== null) {
    // Meta says more in `error_description`, some servers in nothing else.
    const more = query.get('error_description') ?? query.get('error_reason');
    return { refusal: more ? `${error}: ${more}` : error, state };
  }
  const code = withoutTail(query.get('code') ?? '');
  return code === '' ? undefined : { code, state };
}

/** What the user pasted: the code itself, or the whole address where the browser ended. undefined when there is no code in it. */
export function readPasted(text: string): BrowserAnswer | undefined {
  const trimmed = text.trim();
  const query = /^[^\s?#]*\?(\S+)$/.exec(trimmed)?.[1];
  if (query !== undefined) return readRedirect(new URLSearchParams(withoutTail(query)));
  if (/^https?:/i.test(trimmed) || /\s/.test(trimmed)) return undefined;
  const code = withoutTail(trimmed);
  return code === '' ? undefined : { code, state: null };
}

/** Meta puts `#_` or `#_=_` behind the code (networks.md §3.7). */
function withoutTail(text: string): string {
  return text.replace(/#.*$/s, '');
}

/** The small page that the browser ends at. */
export function resultPage(of: { ok: boolean; title: string; text: string }): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${html(of.title)} – Belfry</title>
<style>body{font:17px/1.5 system-ui,sans-serif;color-scheme:light dark;max-width:34rem;margin:18vh auto 0;padding:0 1.5rem}
h1{font-size:1.4rem;margin:0 0 .5rem}p{margin:.4rem 0;overflow-wrap:anywhere}</style>
<h1>${of.ok ? '✓ ' : ''}${html(of.title)}</h1><p>${html(of.text)}</p><p>You can close this page.</p></html>`;
}

/** Headers of every answer of the listener: nothing is kept, loaded, framed or passed on. */
export const pageHeaders = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  connection: 'close',
};

function html(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
