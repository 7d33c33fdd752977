import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { protocol } from 'electron';
import { fileOfRequest, headersFor } from './page-files.ts';

/** Makes `belfry:` a scheme with an origin of its own; must be called before the application is ready. */
export function registerPageScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: 'belfry', privileges: { standard: true, secure: true, codeCache: true } },
  ]);
}

/** Serves the files of `folder` at belfry://app/, and nothing else. */
export function servePage(folder: string): void {
  protocol.handle('belfry', async (request) => {
    const file = fileOfRequest(request.method, request.url);
    const body = file === null ? undefined : await read(join(folder, file));
    if (file === null || body === undefined) return new Response('Not found', { status: 404 });
    return new Response(new Uint8Array(body), { headers: headersFor(file) });
  });
}

async function read(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'EISDIR' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}
