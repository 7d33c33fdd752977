import { closeSync, fsyncSync, openSync } from 'node:fs';
import { open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Writes a private file (0600) whole or not at all: a reader sees the old text or the new one, also after a
 * power cut. One writer at a time per path. Throws what the file system throws.
 */
export async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(`${path}.new`, 'w', 0o600);
  try {
    await file.chmod(0o600); // What an interrupted write left keeps its own mode.
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.new`, path);
  await syncFolderLater(dirname(path));
}

/** A small private file that is read and written whole; `read` gives null while there is none. Throws what the file system throws. */
export function durableFile(path: string): {
  read(): Promise<string | null>;
  write(text: string): Promise<void>;
} {
  return {
    async read() {
      try {
        return await readFile(path, 'utf8');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
        throw error;
      }
    },
    write: (text) => writeDurably(path, text),
  };
}

/** Makes the rename itself durable; Windows cannot open folders and needs no such thing. */
async function syncFolderLater(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Makes sure that a file, or the names in a folder, outlive a power cut. Windows has no such thing for folders. */
export function syncFile(path: string): void {
  const handle = openSync(path, 'r+');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** The same for the names in a folder (a rename). */
export function syncFolder(path: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
