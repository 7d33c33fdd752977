import { type BigIntStats, statfsSync, statSync } from 'node:fs';
import { z } from 'zod';

/** What tells a file from its copies: its number in the file system and when it was made (nanoseconds; null = not kept). */
export const fileIdentitySchema = z.object({ ino: z.string(), birth: z.string().nullable() });
export type FileIdentity = z.infer<typeof fileIdentitySchema>;

/**
 * Linux file systems that may give a file another number at each mount, by statfs(2)'s f_type: FUSE (also virtiofs),
 * CIFS and SMB, 9p, FAT, exFAT, VirtualBox and Parallels shares (include/uapi/linux/magic.h and the drivers).
 */
const renumbering = new Set([
  0x65735546, 0xff534d42, 0xfe534d42, 0x517b, 0x01021997, 0x4d44, 0x2011bab0, 0x786f4256, 0x7c7c6673,
]);

/** The identity of the file at `path`; undefined when there is none, or its file system does not keep numbers. */
export function identityOf(path: string): FileIdentity | undefined {
  const found = statOf(path);
  if (!found || !keepsNumbers(path)) return undefined;
  return { ino: String(found.ino), birth: birthOf(found) };
}

/** Whether numbers of files say anything where `path` lies. */
export function keepsNumbers(path: string): boolean {
  return process.platform !== 'linux' || !renumbering.has(statfsSync(path).type >>> 0);
}

/** Whether two paths lead to one file. */
export function isOneFile(a: string, b: string): boolean {
  const [first, second] = [statOf(a), statOf(b)];
  return first !== undefined && first.ino === second?.ino && first.dev === second.dev;
}

/**
 * Whether `found` is certainly another file than the one `recorded`. Linux gives the number of a deleted file to the next
 * one, and no program can choose when a file was made, so there the birth decides where it is known; macOS and Windows
 * never give a number twice, and tools set the birth.
 */
export function isOtherFile(
  recorded: FileIdentity,
  found: FileIdentity,
  platform: NodeJS.Platform = process.platform,
): boolean {
  const byBirth = platform !== 'darwin' && platform !== 'win32' && recorded.birth !== null && found.birth;
  return byBirth ? recorded.birth !== found.birth : recorded.ino !== found.ino;
}

function statOf(path: string): BigIntStats | undefined {
  return statSync(path, { bigint: true, throwIfNoEntry: false });
}

/** Without a time of birth the system says 0, or the last change of the file's state. */
function birthOf({ birthtimeNs, ctimeNs }: BigIntStats): string | null {
  return birthtimeNs === 0n || birthtimeNs === ctimeNs ? null : String(birthtimeNs);
}
