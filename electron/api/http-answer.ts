import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Refusal } from './http-refusal.ts';

export type Exchange = { request: IncomingMessage; response: ServerResponse };

/** What one path of the HTTP door does. */
export type Route = { methods: readonly string[]; answer(exchange: Exchange): void | Promise<void> };

/** Answers with an error envelope. */
export function refuse(response: ServerResponse, { status, error, headers }: Refusal): void {
  for (const [name, value] of Object.entries(headers ?? {})) response.setHeader(name, value);
  sendJson(response, status, { ok: false, error: error.toWire() });
}

/** Answers with one JSON document. */
export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  send(response, status, 'application/json; charset=utf-8', JSON.stringify(value));
}

/** Answers with a whole body; Node leaves it out for HEAD. */
export function send(
  response: ServerResponse,
  status: number,
  type: string,
  body: string | Uint8Array,
): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}
