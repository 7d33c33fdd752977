import { createHash } from 'node:crypto';

/**
 * The Idempotency-Key of one part of a post for one account. It follows from what is sent, so that another copy of this
 * home, which sends the same part at the same time, meets the server's own memory; other content is another post.
 */
export function keyFor(of: { post: string; account: string; part: number; bodyHash: string }): string {
  return uuidOf(JSON.stringify([of.post, of.account, of.part, of.bodyHash]));
}

/** The key after one that the server has used up (networks.md §2): the same in every copy of the home. */
export function nextKey(key: string): string {
  return uuidOf(JSON.stringify([key]));
}

/** A UUID of our own making: version 8 (RFC 9562 §5.8). */
function uuidOf(text: string): string {
  const bytes = createHash('sha256').update(text).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
