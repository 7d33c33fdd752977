import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';

/** A request with its body read: JSON or form fields as one record, files as bytes. */
export type Asked = {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingMessage['headers'];
  token: string | undefined;
  fields: Record<string, unknown>;
  /** The fields came in a form: every value is a text, lists and objects are spelt as in `poll[options][]`. */
  isForm: boolean;
  file: { name: string; type: string; bytes: number; sha256: string; content: Buffer } | undefined;
  /** Bytes of a body that is neither JSON nor form. */
  rawBytes: number;
  raw: Buffer;
  malformed: boolean;
};

export async function readRequest(request: IncomingMessage): Promise<Asked> {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const type = request.headers['content-type'] ?? '';
  const asked: Asked = {
    method: request.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    headers: request.headers,
    token: /^(?:Bearer|OAuth) (.+)$/.exec(request.headers.authorization ?? '')?.[1],
    fields: {},
    isForm: false,
    file: undefined,
    rawBytes: 0,
    raw: Buffer.alloc(0),
    malformed: false,
  };
  if (asked.method === 'GET' || asked.method === 'HEAD') return asked;
  if (type.startsWith('multipart/form-data')) return readForm(asked, request, type);
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  asked.rawBytes = body.byteLength;
  asked.raw = body;
  if (type.includes('x-www-form-urlencoded')) {
    asked.isForm = true;
    for (const [name, value] of new URLSearchParams(body.toString())) put(asked.fields, name, value);
  }
  if (body.byteLength > 0 && type.includes('json')) readJson(asked, body.toString());
  return asked;
}

/** `a=1`, `a[]=1` and `a[b][]=1`, as Rails and PHP read them. */
function put(fields: Record<string, unknown>, name: string, value: string): void {
  const [, first = name, rest = ''] = /^([^[]+)((?:\[[^\]]*\])*)$/.exec(name) ?? [];
  if (rest === '') fields[first] = value;
  else if (rest === '[]') fields[first] = [...(Array.isArray(fields[first]) ? fields[first] : []), value];
  else {
    const inner = fields[first];
    const next: Record<string, unknown> = typeof inner === 'object' && inner !== null ? { ...inner } : {};
    put(next, rest.slice(1).replace(']', ''), value);
    fields[first] = next;
  }
}

function readJson(asked: Asked, text: string): void {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) asked.fields = { ...value };
  } catch {
    asked.malformed = true;
  }
}

async function readForm(asked: Asked, request: IncomingMessage, type: string): Promise<Asked> {
  const body = Readable.toWeb(request) as ReadableStream<Uint8Array>;
  const form = await new Response(body, { headers: { 'content-type': type } }).formData();
  for (const [name, value] of form) {
    if (typeof value === 'string') asked.fields[name] = value;
    else {
      const content = Buffer.from(await value.arrayBuffer());
      const digest = await crypto.subtle.digest('SHA-256', content);
      asked.file = {
        name: value.name,
        type: value.type,
        bytes: value.size,
        sha256: Buffer.from(digest).toString('hex'),
        content,
      };
    }
  }
  return asked;
}
