/** Reasons of the operating system in words, for the errors that the user can do something about. */
const reasons: Record<string, string> = {
  EACCES: 'This user has no right to do that there',
  EPERM: 'The system does not permit that there',
  EROFS: 'The disk is read-only',
  ENOSPC: 'The disk is full',
  EDQUOT: "This user's share of the disk is used up",
  EFBIG: 'The file would be larger than is allowed here',
  ENOTDIR: 'A part of the path is a file, not a folder',
  EISDIR: 'A folder is where a file should be',
  EEXIST: 'Something with that name is in the way',
  ENAMETOOLONG: 'The path is too long',
  ELOOP: 'The links in the path lead round in a circle',
  EIO: 'The disk reports a fault',
  EMFILE: 'Too many files are open',
  ENFILE: 'Too many files are open on this machine',
  EBUSY: 'Another program uses it',
};

/** Why a file operation failed, as a sentence without a full stop. */
export function reasonOf(error: unknown): string {
  const code = codeOf(error);
  const known = code === undefined ? undefined : reasons[code];
  if (known) return `${known} (${code})`;
  return error instanceof Error ? error.message : String(error);
}

/** The file or folder does not exist. */
export function isMissing(error: unknown): boolean {
  return codeOf(error) === 'ENOENT';
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
