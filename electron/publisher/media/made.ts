import { createHash } from 'node:crypto';
import { mkdir, open, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock, Millis, Random } from '../../../shared/index.ts';
import { dimensionBytes, dimensions, type MediaFacts, strippable } from './facts.ts';
import {
  bigEndian,
  bytesOf,
  joined,
  latin,
  littleEndian32,
  type Piece,
  type Reader,
  readerOf,
} from './file-reader.ts';
import { stripFilm } from './film.ts';
import { stripJpeg } from './jpeg.ts';
import { type FitPlan, mostPixels } from './plan-fit.ts';
import type { Fault, Workshop } from './workshop/index.ts';

/** Folder below the media folder for what is made of the copies; all of it can be made again. */
export const madeFolder = 'made';

type MadeDeps = {
  workshop: Pick<Workshop, 'make'>;
  mediaFolder: string;
  clock: Pick<Clock, 'now'>;
  random: Pick<Random, 'id'>;
};
type Source = MediaFacts & { path: string; sha256: string };
/** A file as it is to be sent. */
type MadeFile = {
  path: string;
  mime: string;
  bytes: number;
  width: number | null;
  height: number | null;
};
type MadeResult =
  | { kind: 'made'; file: MadeFile }
  /** The file's own fault, or the machine's: in that case another try may help. */
  | { kind: 'failed'; fault: Fault; why: string };

/** The file that a plan makes of a copy: made once, and found again by its content and recipe. */
export async function madeOf(
  deps: MadeDeps,
  source: Source,
  plan: Extract<FitPlan, { do: 'strip' | 'make' }>,
): Promise<MadeResult> {
  const folder = join(deps.mediaFolder, madeFolder);
  const path = join(folder, nameOf(source, plan));
  const known = await describe(path, source, plan, deps.clock.now());
  if (known) return { kind: 'made', file: known };
  await mkdir(folder, { recursive: true, mode: 0o700 });
  // Two accounts can want the same file at once; each makes its own, and the last one stays.
  const half = `${path}.${deps.random.id()}.part`;
  const fault = await make(deps, source, plan, half);
  if (fault) {
    await rm(half, { force: true });
    return fault;
  }
  await rename(half, path);
  const file = await describe(path, source, plan, deps.clock.now());
  return file
    ? { kind: 'made', file }
    : { kind: 'failed', fault: 'failed', why: 'what was made of it is gone' };
}

/** A recipe that changes gets another name, and with it another file. */
function nameOf({ sha256, mime, details }: Source, plan: Extract<FitPlan, { do: 'strip' | 'make' }>): string {
  const how = plan.do === 'make' ? { make: plan.recipe } : { strip: mime, orientation: details.orientation };
  const recipe = createHash('sha256').update(JSON.stringify(how)).digest('hex').slice(0, 16);
  return `${sha256.slice(0, 32)}-${recipe}`;
}

async function make(
  { workshop }: MadeDeps,
  source: Source,
  plan: Extract<FitPlan, { do: 'strip' | 'make' }>,
  to: string,
): Promise<Extract<MadeResult, { kind: 'failed' }> | undefined> {
  if (plan.do === 'make') {
    const made = await workshop.make({ from: source.path, to, recipe: plan.recipe, mostPixels });
    return made.ok ? undefined : { kind: 'failed', fault: made.fault, why: made.why };
  }
  const handle = await open(source.path, 'r');
  try {
    const { mime, bytes, details } = source;
    const pieces = await strip(readerOf(handle, bytes), { mime, orientation: details.orientation });
    if (!pieces) return { kind: 'failed', fault: 'damaged', why: 'its metadata cannot be taken out' };
    await writePieces(source.path, pieces, to);
    return undefined;
  } finally {
    await handle.close();
  }
}

/** Writes the pieces one after the other; a film of a gigabyte is never whole in memory. */
async function writePieces(from: string, pieces: readonly Piece[], to: string): Promise<void> {
  const source = await open(from, 'r');
  const target = await open(to, 'wx', 0o600);
  try {
    const buffer = new Uint8Array(Math.min(1024 * 1024, Math.max(1, bytesOf(pieces))));
    for (const piece of pieces) {
      if (piece instanceof Uint8Array) {
        await target.writeFile(piece);
        continue;
      }
      for (let at = piece.from; at < piece.to; ) {
        const wanted = Math.min(buffer.byteLength, piece.to - at);
        const { bytesRead } = await source.read(buffer, 0, wanted, at);
        if (bytesRead === 0) throw new Error(`${from} is shorter than it was`);
        await target.writeFile(buffer.subarray(0, bytesRead));
        at += bytesRead;
      }
    }
    await target.sync();
  } finally {
    await source.close();
    await target.close();
  }
}

/** What lies at the path, marked as used now; undefined when there is nothing whole. */
async function describe(
  path: string,
  source: Source,
  plan: Extract<FitPlan, { do: 'strip' | 'make' }>,
  now: Millis,
): Promise<MadeFile | undefined> {
  const bytes = await stat(path).then(
    ({ size }) => size,
    () => 0, // Not made yet.
  );
  if (bytes === 0) return undefined;
  await utimes(path, now / 1000, now / 1000);
  const { mime, width, height } = source;
  if (plan.do === 'strip') return { path, mime, bytes, width, height };
  const handle = await open(path, 'r');
  try {
    const size = dimensions(await readerOf(handle, bytes).read(0, dimensionBytes));
    return size && { path, mime: 'image/jpeg', bytes, width: size.width, height: size.height };
  } finally {
    await handle.close();
  }
}

/** The pieces of a file without what says where it was made; undefined when it is damaged or of another type. */
export async function strip(
  file: Reader,
  { mime, orientation }: { mime: string; orientation: number },
): Promise<Piece[] | undefined> {
  switch (mime) {
    case 'image/jpeg':
      return stripJpeg(file, orientation);
    case 'image/png':
      return stripPng(file);
    case 'image/webp':
      return stripWebp(file);
    default:
      return strippable.has(mime) ? stripFilm(file) : undefined;
  }
}

const telling: ReadonlySet<string> = new Set(['eXIf', 'tEXt', 'zTXt', 'iTXt', 'tIME']);
const mostChunks = 200_000;

/** A PNG without the chunks that hold metadata (PNG, 11.3.3 and 11.3.4); undefined when it is damaged. What follows its end goes, too. */
async function stripPng(file: Reader): Promise<Piece[] | undefined> {
  const pieces: Piece[] = [{ from: 0, to: 8 }];
  let at = 8;
  for (let count = 0; count < mostChunks; count += 1) {
    const head = await file.read(at, 8);
    if (head.byteLength < 8) return undefined;
    const to = at + 12 + bigEndian(head, 0, 4);
    const type = latin(head, 4, 8);
    if (to > file.bytes) return undefined;
    if (!telling.has(type)) pieces.push({ from: at, to });
    if (type === 'IEND') return joined(pieces);
    at = to;
  }
  return undefined;
}

const mostWebpChunks = 100_000;
/** In the flags of a VP8X chunk: it has an EXIF chunk, it has an XMP chunk. */
const tellingFlags = 0x08 | 0x04;

/** A WebP without its EXIF and XMP chunks (RFC 9649, 2.7); undefined when it is damaged. */
async function stripWebp(file: Reader): Promise<Piece[] | undefined> {
  const end = Math.min(8 + littleEndian32(await file.read(4, 4), 0), file.bytes);
  const chunks: Piece[] = [];
  let at = 12;
  for (let count = 0; at + 8 <= end; count += 1) {
    const head = await file.read(at, 9);
    const size = littleEndian32(head, 4);
    const to = at + 8 + size + (size % 2);
    if (count > mostWebpChunks || at + 8 + size > file.bytes) return undefined;
    const name = latin(head, 0, 4);
    if (name === 'VP8X') {
      head[8] = (head[8] ?? 0) & ~tellingFlags;
      chunks.push(head, { from: at + 9, to });
    } else if (name !== 'EXIF' && name !== 'XMP ') chunks.push({ from: at, to: Math.min(to, file.bytes) });
    at = to;
  }
  const size = new Uint8Array(4);
  new DataView(size.buffer).setUint32(0, 4 + bytesOf(chunks), true);
  return joined([{ from: 0, to: 4 }, size, { from: 8, to: 12 }, ...chunks]);
}
