import { posix } from 'node:path';
import { lookup } from 'mrmime';
import { pagePolicy, web } from '../../shared/index.ts';

/** The address of the window's page; nothing outside of this origin is ever shown. */
export const pageOrigin = 'belfry://app';
export const pageUrl = `${pageOrigin}/index.html`;

/** Whether an address belongs to our own page. */
export function isOurPage(address: string): boolean {
  return URL.canParse(address) && address.startsWith(`${pageOrigin}/`);
}

const mediaPaths: readonly string[] = [web.paths.thumbnail, web.paths.upload];

/** Path and query of a request for media, or null for what is none. */
export function mediaTarget(address: string): string | null {
  if (!isOurPage(address)) return null;
  const { pathname, search } = new URL(address);
  return mediaPaths.includes(pathname) ? `${pathname}${search}` : null;
}

/** The file below dist/renderer that a request asks for, or null for what is not served. */
export function fileOfRequest(method: string, address: string): string | null {
  if (method !== 'GET' || !isOurPage(address)) return null;
  try {
    const path = decodeURIComponent(new URL(address).pathname);
    const clean = posix.normalize(path);
    // Normalising an absolute path cannot leave its root; a backslash or NUL could on some systems.
    if (/[\\\0:]/.test(clean) || !clean.startsWith('/')) return null;
    return clean === '/' ? 'index.html' : clean.slice(1);
  } catch {
    return null; // A broken escape.
  }
}

/** Headers of every answer: the whole page works from its own files, without inline scripts and without network; `nonce` is the page's. */
export function headersFor(file: string, nonce?: string): Record<string, string> {
  return {
    'content-type': contentType(file),
    'content-security-policy': pagePolicy(nonce),
    'x-content-type-options': 'nosniff',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    // Files are on this disk and may change with an update.
    'cache-control': 'no-store',
  };
}

function contentType(file: string): string {
  const type = lookup(file) ?? 'application/octet-stream';
  return type.startsWith('text/') || type === 'application/json' ? `${type}; charset=utf-8` : type;
}
