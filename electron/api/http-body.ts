import type { IncomingMessage } from 'node:http';
import { readUtf8 } from '../../shared/index.ts';
import { type Refusal, refusals } from './http-refusal.ts';

/** Enough for a post with a long thread; media go by path, not through the door. */
export const bodyLimitBytes = 1024 * 1024;

/** Reads a small JSON object. */
export async function readJson(
  request: IncomingMessage,
): Promise<{ value: Record<string, unknown> } | { refusal: Refusal }> {
  const bytes = await readBytes(request);
  if (!bytes) return { refusal: refusals.tooLarge };
  const body = readUtf8(bytes);
  if (!body.ok) return { refusal: refusals.notUtf8 };
  try {
    const value: unknown = JSON.parse(body.text);
    return isObject(value) ? { value } : { refusal: refusals.badJson };
  } catch {
    return { refusal: refusals.badJson }; // The parser's words would only repeat the sender's body.
  }
}

async function readBytes(request: IncomingMessage): Promise<Buffer | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > bodyLimitBytes) return undefined;
  const chunks: Buffer[] = [];
  let size = 0;
  // The request must outlive the loop: destroying it would take the answer's socket away.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    if (!Buffer.isBuffer(chunk)) continue;
    size += chunk.length;
    if (size > bodyLimitBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
