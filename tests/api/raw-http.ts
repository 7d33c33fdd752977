import { connect } from 'node:net';

/** Sends bytes to a loopback port or a socket as they are; gives everything that comes back until the other side closes. */
export function rawHttp(to: number | string, bytes: string | Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = typeof to === 'string' ? connect(to) : connect(to, '127.0.0.1');
    let answer = '';
    socket.setEncoding('utf8');
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    socket.once('error', reject);
    socket.once('close', () => resolve(answer));
    socket.write(bytes);
  });
}

/** A request with exactly these headers, and nothing that a library would add or correct. */
export async function ask(
  port: number,
  target: string,
  headers: Record<string, string | string[]> = {},
  { method = 'GET', body = '' } = {},
): Promise<{ status: number; body: string; head: string }> {
  const all = { host: `127.0.0.1:${port}`, connection: 'close', ...headers };
  const lines = Object.entries(all).flatMap(([name, values]) =>
    [values].flat().map((value) => `${name}: ${value}`),
  );
  if (body) lines.push(`content-length: ${Buffer.byteLength(body)}`);
  const answer = await rawHttp(port, `${method} ${target} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${body}`);
  const [head = '', ...rest] = answer.split('\r\n\r\n');
  return { status: Number(head.split(' ')[1]), head: head.toLowerCase(), body: rest.join('\r\n\r\n') };
}
