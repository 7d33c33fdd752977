/**
 * Certificates that we ourselves refuse, at the end of the handshake and before the first byte of a request
 * (nodejs.org/api/tls.html, "X509 certificate error codes"); Node names no system call for them.
 */
const refusedCertificates: ReadonlySet<string> = new Set([
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

/** System calls that come before a connection stands. */
const beforeConnection: ReadonlySet<string> = new Set(['connect', 'getaddrinfo']);

/**
 * Whether a failed fetch certainly sent nothing: only failures of the look-up and of connecting prove that. The code
 * alone does not, for `read EHOSTUNREACH` arrives on a connection that stood, after the request has left; so do the
 * failures of a proxy, of HTTP/2 and of a connection that is used again. When in doubt, false.
 */
export function wasNeverSent(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  // One error per address that was tried (RFC 8305): all of them have to prove it.
  if (error instanceof AggregateError) return error.errors.length > 0 && error.errors.every(wasNeverSent);
  if ('syscall' in error && typeof error.syscall === 'string') return beforeConnection.has(error.syscall);
  if ('code' in error && typeof error.code === 'string')
    return error.code === 'UND_ERR_CONNECT_TIMEOUT' || refusedCertificates.has(error.code);
  return wasNeverSent(error.cause);
}
