/** What the browser came back with: a code, or the network's word for why there is none. */
export type Returned = { code: string; state: string | null } | { refusal: string; state: string | null };

/** The parameters of a redirect (RFC 6749 §4.1.2); undefined when it is none. */
export function returned(query: URLSearchParams): Returned | undefined {
  const state = query.get('state');
  const error = query.get('error');
  if (error !== null) {
    // Meta says more in `error_description`, some servers in nothing else.
    const more = query.get('error_description') ?? query.get('error_reason');
    return { refusal: more ? `${error}: ${more}` : error, state };
  }
  const code = query.get('code');
  return code === null || code === '' ? undefined : { code: withoutTail(code), state };
}

/** What a person pasted: the code itself, or the whole address where the browser ended. undefined when there is no code in it. */
export function readPasted(text: string): Returned | undefined {
  const trimmed = text.trim();
  const query = /^[^\s?#]*\?(\S+)$/.exec(trimmed)?.[1];
  if (query !== undefined) return returned(new URLSearchParams(withoutTail(query)));
  if (/^https?:/i.test(trimmed) || /\s/.test(trimmed)) return undefined;
  return { code: withoutTail(trimmed), state: null };
}

/** Meta puts `#_` or `#_=_` behind the code (networks.md §3.7). */
function withoutTail(text: string): string {
  return text.replace(/#.*$/s, '');
}
