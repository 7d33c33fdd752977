import type { Order, Outcome } from './orders.ts';
import { loadSharp } from './sharp.ts';

/** Pictures that are decoded to see that they are whole; the decoded one itself is made this small, to spare memory. */
const shown = 32;

/**
 * Decodes a picture from its first byte to its last, all frames of an animation as far as `mostPixels` go. What cannot
 * be decoded, or ends too early, is damaged.
 */
export async function checkPicture({
  path,
  mostPixels,
}: Extract<Order, { do: 'check' }>): Promise<Outcome<null>> {
  const sharp = loadSharp();
  sharp.cache(false);
  try {
    const { width = 1, height = 1, pages = 1, pageHeight = height } = await sharp(path).metadata();
    const frames = Math.max(1, Math.min(pages, Math.floor(mostPixels / (width * pageHeight))));
    // JPEG and WebP are scaled while they are decoded, others line by line: neither is ever whole in memory.
    await sharp(path, { limitInputPixels: mostPixels, sequentialRead: true, failOn: 'error', pages: frames })
      .resize({ width: shown, height: shown, fit: 'inside' })
      .raw()
      .toBuffer();
    return { ok: true, value: null };
  } catch (error) {
    return { ok: false, fault: 'damaged', why: error instanceof Error ? error.message : String(error) };
  }
}
