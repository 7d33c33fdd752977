import { writeFile } from 'node:fs/promises';
import type { Sharp } from 'sharp';
import type { Made, Order, Outcome, Recipe } from './orders.ts';
import { loadSharp } from './sharp.ts';

/** JPEG qualities that are tried one after the other until the file is small enough. */
const qualities = [90, 82, 74, 64];
/** When none is, the picture itself is made smaller by this factor, so many times. */
const shrink = 0.8;
const mostShrinks = 6;
const white = { r: 255, g: 255, b: 255 };

/** Makes the picture of an order and writes it. What sharp cannot read is damaged; what cannot be written throws. */
export async function makePicture(order: Extract<Order, { do: 'make' }>): Promise<Outcome<Made>> {
  for (let round = 0; round <= mostShrinks; round += 1) {
    const recipe = scaled(order.recipe, shrink ** round);
    for (const quality of qualities) {
      const made = await encode(order, recipe, quality);
      if (!made.ok) return made;
      const { data, width, height } = made.value;
      if (recipe.mostBytes !== null && data.byteLength > recipe.mostBytes) continue;
      await writeFile(order.to, data, { mode: 0o600, flush: true });
      return { ok: true, value: { bytes: data.byteLength, width, height } };
    }
  }
  return { ok: false, fault: 'damaged', why: 'it cannot be made small enough' };
}

async function encode(
  { from, mostPixels }: Extract<Order, { do: 'make' }>,
  recipe: Recipe,
  quality: number,
): Promise<Outcome<{ data: Uint8Array; width: number; height: number }>> {
  const sharp = loadSharp();
  sharp.cache(false);
  try {
    // One frame, upright, whatever its EXIF says; libvips reads it strip by strip where its format allows.
    const source = sharp(from, {
      limitInputPixels: mostPixels,
      sequentialRead: true,
      failOn: 'error',
    }).autoOrient();
    const { data, info } = await shaped(source, recipe)
      .flatten({ background: white })
      .toColourspace('srgb')
      .jpeg({ quality, chromaSubsampling: quality >= 82 ? '4:4:4' : '4:2:0' })
      .toBuffer({ resolveWithObject: true });
    return { ok: true, value: { data, width: info.width, height: info.height } };
  } catch (error) {
    return { ok: false, fault: 'damaged', why: error instanceof Error ? error.message : String(error) };
  }
}

function shaped(source: Sharp, { cut, width, height, canvas }: Recipe): Sharp {
  const kept = cut === null ? source : source.extract(cut);
  const resized = kept.resize({ width, height, fit: 'fill' });
  if (canvas === null) return resized;
  const [left, top] = [Math.floor((canvas.width - width) / 2), Math.floor((canvas.height - height) / 2)];
  return resized.extend({
    left,
    top,
    right: canvas.width - width - left,
    bottom: canvas.height - height - top,
    background: white,
  });
}

function scaled(recipe: Recipe, factor: number): Recipe {
  if (factor === 1) return recipe;
  const by = (pixels: number) => Math.max(1, Math.round(pixels * factor));
  const { width, height, canvas } = recipe;
  return {
    ...recipe,
    width: by(width),
    height: by(height),
    canvas: canvas === null ? null : { width: by(canvas.width), height: by(canvas.height) },
  };
}
