import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** An S3-compatible server on loopback: it checks signatures by AWS's own rule, and shows to everybody what lies in it. */
export type FakeBucket = {
  address: string;
  files: Map<string, { type: string; bytes: Buffer }>;
  /** What was asked, such as `PUT /pictures/a.jpg`, with the answer's status. */
  asked: string[];
  /** Answers every signed request with this instead. */
  fault: { status: number; code: string } | null;
  /** Nobody can read without a signature. */
  isPrivate: boolean;
};

const key = { id: 'fake-key', secret: 'fake-secret' };

export async function startFakeBucket(): Promise<FakeBucket> {
  const files: FakeBucket['files'] = new Map();
  const server = createServer(async (request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    const body = await bodyOf(request);
    const answer = (status: number, content: Buffer | string = '', type = 'application/xml') => {
      bucket.asked.push(`${request.method} ${path} ${status}`);
      response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(content) });
      response.end(request.method === 'HEAD' ? undefined : content);
    };
    if (request.method === 'GET' || request.method === 'HEAD') {
      const file = files.get(path);
      if (!file || bucket.isPrivate)
        return answer(file ? 403 : 404, '<Error><Code>AccessDenied</Code></Error>');
      return answer(200, file.bytes, file.type);
    }
    const wrong = bucket.fault ?? signatureProblem(request, path, body);
    if (wrong) return answer(wrong.status, `<Error><Code>${wrong.code}</Code></Error>`);
    if (request.method === 'PUT')
      files.set(path, { type: request.headers['content-type'] ?? '', bytes: body });
    if (request.method === 'DELETE') files.delete(path);
    answer(request.method === 'DELETE' ? 204 : 200);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(
    () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  const { port } = server.address() as AddressInfo;
  const bucket: FakeBucket = {
    address: `http://127.0.0.1:${port}`,
    files,
    asked: [],
    fault: null,
    isPrivate: false,
  };
  return bucket;
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}

/** AWS Signature Version 4, written down from its specification: what the client signed, signed again. */
function signatureProblem(
  { method, headers }: IncomingMessage,
  path: string,
  body: Buffer,
): { status: number; code: string } | undefined {
  const given = /Credential=([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]+)/.exec(
    headers.authorization ?? '',
  );
  const [, credential = '', signed = '', signature] = given ?? [];
  const [id, day = '', region = '', service = '', kind = ''] = credential.split('/');
  const sha256 = (text: string | Buffer) => createHash('sha256').update(text).digest('hex');
  const hmac = (secret: string | Buffer, text: string) => createHmac('sha256', secret).update(text).digest();
  if (id !== key.id) return { status: 403, code: 'InvalidAccessKeyId' };
  if (headers['x-amz-content-sha256'] !== sha256(body))
    return { status: 400, code: 'XAmzContentSHA256Mismatch' };
  const lines = signed.split(';').map((name) => `${name}:${String(headers[name]).trim()}\n`);
  const canonical = [method, path, '', lines.join(''), signed, headers['x-amz-content-sha256']].join('\n');
  const scope = [day, region, service, kind].join('/');
  const text = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, sha256(canonical)].join('\n');
  const secret = [day, region, service, kind].reduce<string | Buffer>(hmac, `AWS4${key.secret}`);
  return hmac(secret, text).toString('hex') === signature
    ? undefined
    : { status: 403, code: 'SignatureDoesNotMatch' };
}
