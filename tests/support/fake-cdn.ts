import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import { lookup } from 'mrmime';
import { onTestFinished } from 'vitest';

/** A web server whose files anybody can fetch: those of `folder`, by their names. */
export type FakeCdn = {
  address: string;
  /** Requests that arrived, such as `HEAD /a.jpg`. */
  asked: string[];
  /** Answers instead of a file, by its name: a status, and a type where it is not the file's. */
  answers: Map<string, { status?: number; type?: string; to?: string }>;
};

export async function startFakeCdn(folder: string): Promise<FakeCdn> {
  const asked: string[] = [];
  const answers: FakeCdn['answers'] = new Map();
  const server = createServer((request, response) => {
    const name = basename(decodeURIComponent(request.url ?? ''));
    asked.push(`${request.method} /${name}`);
    const { status = 200, type, to } = answers.get(name) ?? {};
    if (to !== undefined) return void response.writeHead(302, { location: to }).end();
    const path = join(folder, name);
    const size = sizeOf(path);
    if (status !== 200 || size === undefined)
      return void response.writeHead(status === 200 ? 404 : status).end();
    const headers = {
      'content-type': type ?? lookup(name) ?? 'application/octet-stream',
      'content-length': size,
    };
    response.writeHead(200, headers);
    if (request.method === 'HEAD') response.end();
    else createReadStream(path).pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(
    () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, answers };
}

function sizeOf(path: string): number | undefined {
  try {
    return statSync(path).size;
  } catch {
    return undefined; // Not there: the answer is 404.
  }
}

/** fetch for a world in which names of servers lead to those of the test: `cdn.example` to `http://127.0.0.1:1234`. */
export function fetchBy(hosts: ReadonlyMap<string, string>) {
  return (url: string, init?: RequestInit): Promise<Response> => {
    const wanted = new URL(url);
    const origin = hosts.get(wanted.host);
    return fetch(origin === undefined ? url : `${origin}${wanted.pathname}${wanted.search}`, init);
  };
}
