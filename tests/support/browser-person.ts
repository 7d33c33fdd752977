/** Where the user's browser ended. */
export type Ended = { address: string; status: number; text: string };

/**
 * Opens a sign-in link of a fake network as a browser does, decides on its page, and follows where it is sent.
 * An address that nobody serves is where it ends, as in a real browser.
 */
export async function signInAs(
  url: string,
  { decision = 'allow', as }: { decision?: 'allow' | 'deny'; as?: string } = {},
): Promise<Ended> {
  const start = new URL(url);
  start.searchParams.set('decision', decision);
  if (as !== undefined) start.searchParams.set('as', as);
  return follow(start);
}

/** Opens an address and goes where it leads. */
export async function follow(start: URL): Promise<Ended> {
  let at = start;
  for (let hops = 0; hops < 10; hops += 1) {
    if (at.protocol === 'https:') break; // Nothing in a test listens there.
    const response = await fetch(at, { redirect: 'manual' }).catch(() => undefined);
    if (!response) break;
    const location = response.headers.get('location');
    if (response.status < 300 || response.status > 399 || location === null)
      return { address: at.href, status: response.status, text: await response.text() };
    at = new URL(location, at);
  }
  return { address: at.href, status: 0, text: '' };
}
