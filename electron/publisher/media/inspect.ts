import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open, realpath } from 'node:fs/promises';
import { isAbsolute, relative, sep } from 'node:path';
import ExifReader from 'exifreader';
import { dimensionBytes, dimensions, isMeasured, type MediaFacts, noDetails, sniff } from './facts.ts';
import { latin, type Reader, readerOf } from './file-reader.ts';
import { isCutOff, isStreamable, placeBoxes } from './film.ts';
import { channelsOf, type Jpeg, kindOf, readJpeg } from './jpeg.ts';
import { isOpenable, mostPixels } from './plan-fit.ts';
import type { Workshop } from './workshop/index.ts';

export type { MediaFacts } from './facts.ts';

/** Larger than any network takes; keeps a mistyped path from filling the disk. */
const mostBytes = 2 * 1024 ** 3;

const hashedAtOnce = 1024 * 1024;

/** Films whose index the library must find, or they are damaged; it does not know every kind of the others. */
const understood: ReadonlySet<string> = new Set(['video/mp4', 'video/quicktime', 'video/webm']);
const boxed: ReadonlySet<string> = new Set(['video/mp4', 'video/quicktime']);

export type InspectDeps = {
  workshop: Pick<Workshop, 'measure' | 'check'>;
  /** Folders that media may come from; null = any. */
  folders: readonly string[] | null;
};

/** Opens and examines a file; the text says what is wrong with it. The caller closes the handle. */
export async function inspect(
  path: string,
  deps: InspectDeps,
): Promise<{ handle: FileHandle; facts: MediaFacts } | string> {
  const allowed = await realPathWithin(path, deps.folders);
  if (typeof allowed === 'string') return allowed;
  const handle = await openFile(allowed.path, path);
  if (typeof handle === 'string') return handle;
  const facts = await examine(handle, path, allowed.path, deps).catch((error: unknown) =>
    unreadable(path, reason(error)),
  );
  if (typeof facts !== 'string') return { handle, facts };
  await handle.close();
  return facts;
}

async function examine(
  handle: FileHandle,
  name: string,
  path: string,
  { workshop }: InspectDeps,
): Promise<MediaFacts | string> {
  const found = await handle.stat();
  if (!found.isFile()) return `${name} is not a regular file; name a picture, a film or a sound`;
  if (found.size === 0) return `${name} is empty; save or download it again`;
  if (found.size > mostBytes)
    return `${name} is larger than 2 GiB; cut it, or export it with a lower bit rate`;
  const file = readerOf(handle, found.size);
  const head = await file.read(0, dimensionBytes);
  const mime = sniff(head);
  if (mime === undefined)
    return `${name} is no picture, film or sound that Belfry knows, whatever its name says; convert it to JPEG, PNG or MP4`;
  if (!mime.startsWith('image/')) return examineFilm(path, name, mime, workshop, file);
  const size = dimensions(head);
  if (!size && isMeasured(mime))
    return `${name} is damaged: its width and height cannot be read; download or export it again`;
  const { width = null, height = null, orientation = 1 } = size ?? {};
  const damage = (await isBroken(file, mime))
    ? cutOff
    : await undecodable(path, file, { mime, width, height }, workshop);
  if (damage !== undefined) return `${name} ${damage}`;
  const details = { ...noDetails, orientation, ...(await pictureDetails(file, mime, head)) };
  return { mime, bytes: found.size, width, height, details };
}

const boxedPictures: ReadonlySet<string> = new Set(['image/avif', 'image/heic', 'image/heif']);
const cutOff = 'is damaged: its end is missing; download or export it again';

async function isBroken(file: Reader, mime: string): Promise<boolean> {
  return (understood.has(mime) || boxedPictures.has(mime)) && isCutOff(file, mime);
}

/** Why a picture cannot go out as it is: it is decoded as a whole, unless it is of a type or size that is never opened. */
async function undecodable(
  path: string,
  file: Reader,
  picture: { mime: string; width: number | null; height: number | null },
  workshop: InspectDeps['workshop'],
): Promise<string | undefined> {
  if (!isOpenable(picture)) return undefined;
  const verdict = await workshop.check({ path, sha256: await hashOf(file), mostPixels });
  if (verdict.ok) return undefined;
  switch (verdict.fault) {
    case 'damaged':
      return `is damaged: it cannot be decoded (${verdict.why.trim().split('\n', 1)[0]}); download or export it again`;
    case 'failed':
      return `could not be looked into (${verdict.why}); try again`;
    case 'no-worker':
      return 'cannot be looked into: this Belfry was started without its media worker. Nothing is wrong with the file; install Belfry again';
  }
}

async function hashOf(file: Reader): Promise<string> {
  const hash = createHash('sha256');
  for (let from = 0; from < file.bytes; from += hashedAtOnce)
    hash.update(await file.read(from, hashedAtOnce));
  return hash.digest('hex');
}

async function examineFilm(
  path: string,
  name: string,
  mime: string,
  workshop: InspectDeps['workshop'],
  file: Reader,
): Promise<MediaFacts | string> {
  if (await isBroken(file, mime)) return `${name} ${cutOff}`;
  const measured = await workshop.measure(path);
  if (!measured.ok && measured.fault === 'damaged' && understood.has(mime))
    return `${name} is damaged: neither film nor sound can be found in it; download or export it again`;
  const { width = null, height = null, ...film } = measured.ok ? measured.value : {};
  const location = boxed.has(mime) && (await placeBoxes(file)).length > 0;
  const streamable = boxed.has(mime) ? await isStreamable(file) : null;
  return { mime, bytes: file.bytes, width, height, details: { ...noDetails, ...film, location, streamable } };
}

/** Opens without blocking: a FIFO without a writer would block an ordinary open for ever. */
async function openFile(path: string, name: string): Promise<FileHandle | string> {
  try {
    return await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === 'ENOENT' || code === 'ENOTDIR')
      return `${name} does not exist; put it back, or correct the path`;
    if (code === 'ELOOP') return `${name} is a symbolic link that leads back to itself; name the file itself`;
    return unreadable(name, code || String(error));
  }
}

function unreadable(name: string, why: string): string {
  const way =
    why === 'EACCES' || why === 'EPERM'
      ? 'give yourself the right to read it'
      : 'try again, or take a copy of it from elsewhere';
  return `${name} cannot be read (${why}); ${way}`;
}

function reason(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}

type PictureDetails = {
  location: boolean;
  animated: boolean;
  jpeg: 'plain' | 'several' | 'colours' | null;
};

/** A colour profile is some hundred bytes where it is sRGB. */
const profileBytes = 4096;

/** What a picture tells besides its size; `head` is its beginning, which holds the metadata. */
export async function pictureDetails(file: Reader, mime: string, head: Uint8Array): Promise<PictureDetails> {
  const jpeg = mime === 'image/jpeg' ? await readJpeg(file) : undefined;
  return {
    location: hasLocation(head),
    animated: isAnimated(mime, head),
    jpeg: jpeg ? await kindOfJpeg(file, jpeg) : null,
  };
}

/** Whether EXIF or XMP say where a picture was made; the library knows where each format keeps its EXIF, and XMP is plain text. */
function hasLocation(head: Uint8Array): boolean {
  const text = latinOf(head);
  if (/GPS(Dest)?Latitude/.test(text)) return true;
  if (!/Exif\0\0|eXIf|EXIF/.test(text)) return false;
  try {
    const { gps, exif } = ExifReader.load(asArrayBuffer(head), { expanded: true });
    return gps?.Latitude !== undefined || (exif !== undefined && 'GPSLatitude' in exif);
  } catch {
    // Unreadable metadata may hold a location; removing it is the safe side.
    return true;
  }
}

function isAnimated(mime: string, head: Uint8Array): boolean {
  if (mime === 'image/webp') return latin(head, 12, 16) === 'VP8X' && ((head[20] ?? 0) & 0x02) !== 0;
  if (mime === 'image/png') return latinOf(head).includes('acTL');
  if (mime === 'image/avif') return latin(head, 8, 12) === 'avis';
  return mime === 'image/gif' && gifFrames(head) > 1;
}

/** Frames of a GIF as far as its beginning goes, by the descriptors before them (GIF89a, 20); two are enough to know. */
function gifFrames(head: Uint8Array): number {
  const flags = head[10] ?? 0;
  let at = 13 + ((flags & 0x80) !== 0 ? 3 * 2 ** ((flags & 7) + 1) : 0);
  let frames = 0;
  const skipBlocks = () => {
    while ((head[at] ?? 0) !== 0) at += (head[at] ?? 0) + 1;
    at += 1;
  };
  while (at < head.byteLength && frames < 2) {
    const block = head[at];
    if (block === 0x21) {
      at += 2;
      skipBlocks();
    } else if (block === 0x2c) {
      frames += 1;
      const local = head[at + 9] ?? 0;
      at += 11 + ((local & 0x80) !== 0 ? 3 * 2 ** ((local & 7) + 1) : 0);
      skipBlocks();
    } else break;
  }
  return frames;
}

async function kindOfJpeg(file: Reader, jpeg: Jpeg): Promise<'plain' | 'several' | 'colours'> {
  if (channelsOf(jpeg) === 4) return 'colours';
  const profile = jpeg.segments.find((segment) => kindOf(segment) === 'icc');
  if (profile) {
    const content = await file.read(profile.from, Math.min(profile.to - profile.from, profileBytes));
    // Newer profiles write their name in UTF-16.
    if (channelsOf(jpeg) !== 1 && !latinOf(content).replaceAll('\0', '').includes('sRGB')) return 'colours';
  }
  const several = jpeg.segments.some(
    (segment) => kindOf(segment) === 'pictures' && latin(segment.head).startsWith('MPF\0'),
  );
  return several ? 'several' : 'plain';
}

/** Bytes as one character each, however many. */
function latinOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

function asArrayBuffer(bytes: Uint8Array): ArrayBuffer {
  const copy = new ArrayBuffer(bytes.byteLength);
  new Uint8Array(copy).set(bytes);
  return copy;
}

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
