import { realpath } from 'node:fs/promises';
import { isAbsolute, relative, sep } from 'node:path';

/**
 * Whether a file lies below one of the folders, symbolic links followed on both sides; its real path, or a text that says
 * why not. Opened by the real path afterwards, a link that is moved meanwhile leads nowhere new.
 */
export async function realPathWithin(
  path: string,
  folders: readonly string[] | null,
  says = 'setting mediaFolders',
): Promise<{ path: string } | string> {
  if (folders === null) return { path };
  const real = await realpath(path).catch(() => undefined);
  if (real === undefined) return { path }; // Missing, a loop, or not to be read: opening it says which.
  const roots = await Promise.all(folders.map((folder) => realpath(folder).catch(() => undefined)));
  if (roots.some((root) => root !== undefined && isBelow(real, root))) return { path: real };
  return `${path} lies outside the folders that media may come from (${says}); move it there, or add its folder`;
}

function isBelow(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
