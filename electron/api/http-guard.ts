import { type Refusal, refusals } from './http-refusal.ts';

/** Header values by lower-case name, every occurrence kept (Node's `headersDistinct`). */
export type Headers = Record<string, string[] | undefined>;

/**
 * Refuses a request whose Host is not exactly a loopback address with our port (DNS rebinding),
 * or whose Origin is there and not exactly that host (another site's page).
 */
export function refuseAddress(headers: Headers, port: number): Refusal | undefined {
  const host = only(headers['host']);
  if (host === undefined || !ownHosts(port).includes(host)) return refusals.wrongHost;
  const origins = headers['origin'];
  if (origins !== undefined && only(origins) !== `http://${host}`) return refusals.wrongOrigin;
  return undefined;
}

/** Refuses a body that is not declared as JSON: a form of another site cannot declare that without asking first. */
export function refuseType(headers: Headers): Refusal | undefined {
  const type = only(headers['content-type'])?.split(';')[0]?.trim().toLowerCase();
  return type === 'application/json' ? undefined : refusals.notJson;
}

/** The value of a header that occurs exactly once. */
export function only(values: string[] | undefined): string | undefined {
  return values?.length === 1 ? values[0] : undefined;
}

/** The path of a request target, or undefined for anything but a plain absolute path. */
export function pathOf(target: string | undefined): string | undefined {
  const [raw = ''] = (target ?? '').split(/[?#]/);
  if (!raw.startsWith('/')) return undefined;
  try {
    return decodeURIComponent(raw);
  } catch {
    return undefined; // Broken percent-encoding names nothing.
  }
}

function ownHosts(port: number): string[] {
  const names = ['127.0.0.1', '[::1]', 'localhost'];
  const withPort = names.map((name) => `${name}:${port}`);
  return port === 80 ? [...withPort, ...names] : withPort;
}

/** Sent with every answer; the page may load and reach nothing but its own address. */
export const securityHeaders: Record<string, string> = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=(), usb=(), payment=()',
};
