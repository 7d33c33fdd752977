import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { lookup } from 'mrmime';

export type Asset = { body: Uint8Array; type: string };
/** The file for a decoded path such as `/` or `/assets/index.js`. */
export type Assets = (path: string) => Promise<Asset | undefined>;

/**
 * Serves the files that lie in `folder` now, and no others: paths are looked up in a list,
 * never joined to the folder, so there is nothing to climb out of. Links are not followed.
 * A folder that is not there (the window was not built) has no files.
 */
export async function folderAssets(folder: string): Promise<Assets> {
  const files = new Map<string, string>();
  for (const file of await filesIn(folder))
    files.set(`/${relative(folder, file).split(sep).join('/')}`, file);
  return async (path) => {
    const file = files.get(path === '/' ? '/index.html' : path);
    return file === undefined ? undefined : { body: await readFile(file), type: typeOf(file) };
  };
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const nested = await Promise.all(
    entries.map(async (entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return await filesIn(path);
      return entry.isFile() ? [path] : [];
    }),
  );
  return nested.flat();
}

function typeOf(file: string): string {
  const type = lookup(file) ?? 'application/octet-stream';
  return /^text\/|json$|javascript$|svg\+xml$/.test(type) ? `${type}; charset=utf-8` : type;
}
