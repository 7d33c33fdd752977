import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export type Play = (request: IncomingMessage, response: ServerResponse) => void;

/** A real HTTP server on loopback for one test; `play` answers, `requests` keeps what came in. */
export async function loopback(play: Play): Promise<{ url: string; requests: IncomingMessage[] }> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    play(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

export function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** A Mastodon-like server that knows these tokens and whose they are. */
export function whoAmI(owners: Record<string, { id: string; username: string }>): Play {
  return (request, response) => {
    const token = request.headers.authorization?.replace('Bearer ', '') ?? '';
    const owner = owners[token];
    if (request.url !== '/api/v1/accounts/verify_credentials') json(response, 404, { error: 'Not found' });
    else if (!owner) json(response, 401, { error: 'The access token is invalid' });
    else json(response, 200, { ...owner, acct: owner.username, display_name: '', url: 'x' });
  };
}
