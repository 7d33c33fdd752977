import { BelfryError, serverProblem } from '../../shared/index.ts';

/**
 * The origin of a server's address as the user gives it: `https://Mastodon.example./` -> `https://mastodon.example`.
 * Throws BAD_INPUT for an address with a password or a path in it, and for http to another machine: the token would be readable.
 */
export function serverOrigin(address: string): string {
  const url = parseAddress(address);
  const problem = serverProblem(url.href);
  if (problem) throw badServer(address, problem.why, problem.remedy);
  return url.origin;
}

function parseAddress(address: string): URL {
  try {
    const url = new URL(address);
    // `mastodon.example.` is the same server; as two addresses its account could be added twice.
    url.hostname = url.hostname.replace(/\.+$/, '');
    if (/^https?:$/.test(url.protocol)) return url;
  } catch {
    // Reported below, together with other protocols.
  }
  throw badServer(address, 'It is not an http(s) address', 'Give it like https://mastodon.example');
}

function badServer(address: string, why: string, remedy: string): BelfryError {
  // A password in the address must not reach a log.
  const where = address.replace(/\/\/[^/]*@/, '//…@').slice(0, 200);
  return new BelfryError({
    code: 'BAD_INPUT',
    what: 'The server address cannot be used',
    where,
    why,
    remedy,
    field: 'server',
  });
}
