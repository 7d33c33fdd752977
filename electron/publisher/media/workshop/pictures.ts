import { writeFile } from 'node:fs/promises';
import { createRequire, Module } from 'node:module';
import { dirname, join } from 'node:path';
import type SharpModule from 'sharp';
import type { Sharp } from 'sharp';
import type { Made, Order, Outcome, Recipe } from './index.ts';

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

/** A portrait may be higher than wide by this factor; what is longer is made narrower. */
const mostHeights = 2;

/**
 * Makes a thumbnail: the first frame, upright, in sRGB, without metadata, never larger than the picture itself. WebP keeps
 * what is transparent.
 */
export async function makeThumbnail({
  from,
  to,
  width,
  mostPixels,
}: Extract<Order, { do: 'thumbnail' }>): Promise<Outcome<Made>> {
  const sharp = loadSharp();
  sharp.cache(false);
  let made: { data: Uint8Array; info: { width: number; height: number } };
  try {
    made = await sharp(from, { limitInputPixels: mostPixels, sequentialRead: true, failOn: 'error' })
      .autoOrient()
      .resize({ width, height: mostHeights * width, fit: 'inside', withoutEnlargement: true })
      .toColourspace('srgb')
      .webp({ quality: 80, effort: 2 })
      .toBuffer({ resolveWithObject: true });
  } catch (error) {
    return { ok: false, fault: 'damaged', why: error instanceof Error ? error.message : String(error) };
  }
  await writeFile(to, made.data, { mode: 0o600 });
  return {
    ok: true,
    value: { bytes: made.data.byteLength, width: made.info.width, height: made.info.height },
  };
}

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

/**
 * sharp with its WebAssembly, on every system: its native library carries a GLib of its own, which breaks inside
 * Electron on Linux (https://github.com/lovell/sharp/issues/4525), and a picture from a stranger is decoded in a sandbox.
 * sharp prefers a native library where one is installed, so the file that chooses is put in its place beforehand.
 */
export function loadSharp(): typeof SharpModule {
  const require = createRequire(import.meta.url);
  const chooser = join(dirname(require.resolve('sharp')), 'sharp.cjs');
  if (!require.cache[chooser]) {
    const chosen = new Module(chooser);
    chosen.exports = require('@img/sharp-wasm32/sharp.node');
    chosen.loaded = true;
    require.cache[chooser] = chosen;
  }
  return require('sharp') as typeof SharpModule;
}
