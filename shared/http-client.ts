import { type Announcement, announcementSchema, type Envelope, envelopeSchema } from './contract.ts';
import { web } from './web.ts';

/** A request to the engine. */
export type EngineRequest = {
  method: 'GET' | 'POST';
  path: string;
  headers?: Record<string, string>;
  body?: string;
  /** Ends the request, its answer included. */
  signal?: AbortSignal;
};
export type EngineResponse = {
  status: number;
  /** Takes the body piece by piece; resolves at its end and rejects when it breaks off. To be called once. */
  read(take: (chunk: Uint8Array) => void): Promise<void>;
};

/** Sends a request: `fetch` in a browser, Node's `request` over the local socket. Rejects when nothing answers. */
export type Send = (request: EngineRequest) => Promise<EngineResponse>;

/**
 * One call; the envelope is undefined when the answer is none, because something else than this version of the engine answered.
 * Rejects as `send` does, and when the answer breaks off.
 */
export async function sendCall(
  send: Send,
  name: string,
  input: unknown,
  headers: Record<string, string> = {},
): Promise<{ status: number; envelope: Envelope<unknown> | undefined }> {
  const response = await send({
    method: 'POST',
    path: web.paths.call,
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({ name, input }),
  });
  return { status: response.status, envelope: await readEnvelope(response) };
}

/** The envelope that an answer consists of, or undefined when it is anything else. Rejects when the body breaks off. */
export async function readEnvelope({ read }: EngineResponse): Promise<Envelope<unknown> | undefined> {
  const decoder = new TextDecoder();
  let text = '';
  await read((chunk) => {
    text += decoder.decode(chunk, { stream: true });
  });
  return envelopeSchema.safeParse(parsed(text + decoder.decode())).data;
}

/**
 * Passes on the announcements of an event stream until it ends; `heard` is called for all that comes, heartbeats too.
 * Lines that this version does not know are left out: an engine may be newer than its client. Rejects when the stream breaks off.
 */
export async function readAnnouncements(
  { read }: EngineResponse,
  listener: { heard(): void; announce(announcement: Announcement): void },
): Promise<void> {
  const decoder = new TextDecoder();
  const split = lineSplitter();
  await read((chunk) => {
    listener.heard();
    for (const line of split(decoder.decode(chunk, { stream: true }))) {
      const announcement = announcementSchema.safeParse(parsed(line));
      if (announcement.success) listener.announce(announcement.data);
    }
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // Not JSON, which no schema takes.
  }
}

/** Splits a stream of decoded text into whole lines; what has no line end yet waits for the next piece. */
export function lineSplitter(): (piece: string) => string[] {
  let rest = '';
  return (piece) => {
    if (!piece.includes('\n')) {
      rest += piece; // A long line in many pieces is looked through once, not once per piece.
      return [];
    }
    const lines = (rest + piece).split('\n');
    rest = lines.pop() ?? '';
    return lines.filter((line) => line.trim() !== '');
  };
}
