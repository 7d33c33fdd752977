import { z } from 'zod';
import { announcementSchema, BelfryError, envelopeSchema, readUtf8 } from '../../shared/index.ts';

/** One line from a client: a call, the wish to hear announcements from now on, or the question whether the engine is alive. */
export const requestSchema = z.union([
  z.strictObject({ id: z.int(), name: z.string(), input: z.unknown().optional() }),
  z.strictObject({ id: z.int(), subscribe: z.literal(true) }),
  z.strictObject({ id: z.int(), ping: z.literal(true) }),
]);
export type SocketRequest = z.infer<typeof requestSchema>;

/** One line from the engine: the answer to the request with that id, or an announcement. `id` null: the line was not understood. */
export const replySchema = z.union([
  z.strictObject({ id: z.int().nullable(), envelope: envelopeSchema }),
  z.strictObject({ announcement: announcementSchema }),
]);
export type SocketReply = z.infer<typeof replySchema>;

/** Longest line from a client; media go by path, so this is a very long thread. */
export const requestLimitBytes = 8 * 1024 * 1024;
/** What a client gets for a longer one. */
export const requestTooLong = new BelfryError({
  code: 'TOO_LARGE',
  what: 'A line is too long',
  where: 'at the local socket',
  why: `At most ${requestLimitBytes / 1024 / 1024} MiB are read before its end`,
  remedy: 'Send less at once',
});
/** Longest line from the engine: 10,000 posts. */
export const replyLimitBytes = 512 * 1024 * 1024;

/** A message as one line. */
export function toLine(message: SocketReply | SocketRequest): string {
  return `${JSON.stringify(message)}\n`;
}

const newline = 0x0a;
/** Many tiny chunks are joined at this number, since each costs memory of its own. */
const maxParts = 64;

/**
 * Cuts bytes into lines at `\n` and decodes each as UTF-8; a line that is not UTF-8 is undefined in its place. Returns
 * undefined once a line exceeds `limitBytes`: the sender does not keep to the protocol, and everything after is void.
 */
export function lineCutter(limitBytes: number): (chunk: Uint8Array) => (string | undefined)[] | undefined {
  let parts: Uint8Array[] = [];
  let held = 0;
  return (chunk) => {
    const lines: (string | undefined)[] = [];
    let from = 0;
    for (let at = chunk.indexOf(newline); at !== -1; at = chunk.indexOf(newline, from)) {
      if (held + at - from > limitBytes) return undefined;
      const line = readUtf8(Buffer.concat([...parts, chunk.subarray(from, at)]));
      lines.push(line.ok ? line.text : undefined);
      parts = [];
      held = 0;
      from = at + 1;
    }
    held += chunk.length - from;
    if (held > limitBytes) return undefined;
    if (from < chunk.length) parts.push(chunk.subarray(from));
    if (parts.length >= maxParts) parts = [Buffer.concat(parts)];
    return lines;
  };
}
