import { z } from 'zod';

/** Why an address is refused and what to do about it, both sentences without a full stop. */
export type AddressProblem = { why: string; remedy: string };

/**
 * What keeps an address from being that of a server to which secrets are sent; null when nothing does. Plain http is for
 * this machine only, and a path is refused because every request begins at the root. Text that is no address gives null.
 */
export function serverProblem(address: string): AddressProblem | null {
  const url = parsed(address);
  if (url === null) return null;
  const path = url.pathname.replace(/\/+$/, '');
  if (path !== '' || url.search !== '' || url.hash !== '')
    return {
      why: `It has "${`${path}${url.search}${url.hash}`.slice(0, 100)}" behind the name of the server`,
      remedy: `Give ${url.host === '' ? 'the server alone' : url.origin}`,
    };
  return hostProblem(url);
}

/** The same for an address that may have a path, such as that of a bucket's server. */
export function endpointProblem(address: string): AddressProblem | null {
  const url = parsed(address);
  return url && hostProblem(url);
}

function hostProblem(url: URL): AddressProblem | null {
  if (url.username || url.password)
    return { why: 'It holds a user name or password', remedy: 'Give the address of the server alone' };
  if (url.protocol === 'http:' && !isLoopback(url.hostname))
    return {
      why: 'Over http everything could be read and changed on the way; only this machine itself may be reached so',
      remedy: `Use https://${url.host}`,
    };
  return null;
}

/** Names that never leave this machine (RFC 6761 §6.3, RFC 1122 §3.2.1.3, RFC 4291 §2.5.3). */
function isLoopback(hostname: string): boolean {
  return /^(localhost|.+\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
}

function parsed(address: string): URL | null {
  return URL.canParse(address) ? new URL(address) : null;
}

/** An http(s) address that `problemOf` finds nothing wrong with; `error` is said of text that is no such address. */
export function addressSchema(error: string, problemOf: (address: string) => AddressProblem | null) {
  return z.url({ protocol: /^https?$/, error, abort: true }).superRefine((address, context) => {
    const problem = problemOf(address);
    if (problem)
      context.addIssue({
        code: 'custom',
        message: `cannot be used: ${lowerFirst(problem.why)}. ${problem.remedy}`,
      });
  });
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
