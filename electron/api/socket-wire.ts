import { z } from 'zod';
import { announcementSchema, BelfryError, envelopeSchema } from '../../shared/index.ts';

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
