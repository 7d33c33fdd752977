import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Proof } from '../../networks/index.ts';

/** A secret of 256 random bits, as 43 letters that need no escaping. */
export function createSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** PKCE, S256 (RFC 7636 §4): the challenge goes with the browser, the verifier with the code. */
export function createProof(): Proof {
  const verifier = createSecret();
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') };
}

/** Whether two texts are the same, in a time that does not tell how much of them is. */
export function isSame(a: string, b: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(a), hash(b));
}
