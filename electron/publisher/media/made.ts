import { createHash } from 'node:crypto';
import { mkdir, open, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock, Millis, Random } from '../../../shared/index.ts';
import { dimensionBytes, dimensions, type MediaFacts } from './facts.ts';
import { bytesOf, type Piece, readerOf } from './file-reader.ts';
import { type FitPlan, mostPixels } from './plan-fit.ts';
import { strip } from './strip.ts';
import type { Fault, Workshop } from './workshop/index.ts';

/** Folder below the media folder for what is made of the copies; all of it can be made again. */
export const madeFolder = 'made';

export type MadeDeps = {
  workshop: Pick<Workshop, 'make'>;
  mediaFolder: string;
  clock: Pick<Clock, 'now'>;
  random: Pick<Random, 'id'>;
};
export type Source = MediaFacts & { path: string; sha256: string };
/** A file as it is to be sent. */
export type MadeFile = {
  path: string;
  mime: string;
  bytes: number;
  width: number | null;
  height: number | null;
};
export type MadeResult =
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
