import type { Fit } from '../../../shared/index.ts';
import type { PictureLimits } from '../../networks/index.ts';
import { anyOf, kindName, mebibytes, millions, sameKind, sizeWithin, typeName } from '../words.ts';
import { type MediaFacts, strippable } from './facts.ts';
import type { Area, Recipe } from './workshop/index.ts';

/** How the user wants pictures brought into the limits. */
export type FitWishes = { fit: Fit; stripLocation: boolean };

/** What has to be done with a picture or film before it is sent. */
export type FitPlan =
  | { do: 'send' }
  /** Its metadata is taken out, the picture untouched. */
  | { do: 'strip' }
  | { do: 'make'; recipe: Recipe; changes: readonly string[] }
  | { do: 'refuse'; why: readonly string[] };

type Picture = Pick<MediaFacts, 'mime' | 'bytes' | 'width' | 'height' | 'details'> & {
  focus?: readonly [number, number] | null | undefined;
};

/** Types that the workshop can open. */
const readable: ReadonlySet<string> = new Set([
  'image/jpeg',
  'image/png',
  'image/gif',
  'image/webp',
  'image/avif',
]);

/** More pixels are not opened: a small file can unfold to gigabytes. The largest cameras of today stay below. */
export const mostPixels = 210_000_000;

/** Whether a picture is of a type and size that the workshop opens. */
export function isOpenable({ mime, width, height }: Pick<Picture, 'mime' | 'width' | 'height'>): boolean {
  return readable.has(mime) && !isTooLarge({ width, height });
}

function isTooLarge({ width, height }: Pick<Picture, 'width' | 'height'>): boolean {
  return width !== null && height !== null && width * height > mostPixels;
}

/** How a file fits a network, and what has to be done with it; pure. `who` names the network. */
export function planFit(file: Picture, limits: PictureLimits, wishes: FitWishes, who: string): FitPlan {
  const places = wishes.stripLocation && file.details.location;
  if (!file.mime.startsWith('image/')) return planFilm(file, limits, places, who);
  const wrong = reasons(file, limits, who);
  const ratio = badRatio(file, limits);
  if (wrong.length === 0 && ratio === null && !isForeign(file, limits)) {
    if (isTooLarge(file)) return { do: 'refuse', why: [tooLarge(file)] };
    if (!places && !(limits.plainJpeg && file.details.jpeg === 'several')) return { do: 'send' };
    if (strippable.has(file.mime)) return { do: 'strip' };
    if (cannotMake(file, limits, who) !== null) return { do: 'refuse', why: [keepsPlace(file)] };
  }
  const obstacle = cannotMake(file, limits, who);
  const shape = ratio === null || wishes.fit !== 'refuse' ? [] : [shapeMisfit(file, ratio, limits, who)];
  if (obstacle !== null) {
    // The error already says how to correct the file; the obstacle only says why Belfry does not do it.
    const own = [...wrong, ...shape];
    return { do: 'refuse', why: own.length > 0 ? own : [obstacle] };
  }
  if (shape.length > 0) return { do: 'refuse', why: shape };
  return make(file, limits, wishes, ratio, who);
}

function planFilm(file: Picture, limits: PictureLimits, places: boolean, who: string): FitPlan {
  const { mime } = file;
  const wrong = wrongType(file, limits, who);
  if (wrong !== null) return { do: 'refuse', why: [wrong] };
  return places && strippable.has(mime) ? { do: 'strip' } : { do: 'send' };
}

/** What is wrong with type, bytes and pixels, each of which a new picture would set right. */
function reasons(file: Picture, limits: PictureLimits, who: string): string[] {
  const { bytes, width, height } = file;
  const { imageBytes, imagePixels } = limits;
  const type = wrongType(file, limits, who);
  const wrong = type === null ? [] : [type];
  if (imageBytes !== null && bytes > imageBytes)
    wrong.push(
      `has ${mebibytes(bytes)}, and ${who} takes ${mebibytes(imageBytes)}; save it smaller, with less quality or fewer pixels`,
    );
  if (imagePixels !== null && width !== null && height !== null && width * height > imagePixels)
    wrong.push(
      `has ${width} × ${height} pixels, and ${who} takes ${millions(imagePixels)} in all; scale it down to ${sizeWithin(width, height, imagePixels)} or less`,
    );
  return wrong;
}

function wrongType({ mime, details }: Picture, { mimeTypes }: PictureLimits, who: string): string | null {
  if (mimeTypes === null || mimeTypes.includes(mime)) return null;
  const name = typeName(mime);
  const taken = sameKind(mime, mimeTypes).map(typeName);
  if (taken.length === 0)
    return `is ${name}, and ${who} takes no ${kindName(mime)}; remove it, or leave this account out`;
  const best = taken[0] ?? '';
  const moving = details.animated && mimeTypes.includes('video/mp4');
  return `is ${details.animated ? 'an animated ' : ''}${name}, and ${who} takes ${anyOf(taken)}; convert it to ${best}${moving ? ', or to an MP4 to keep it moving' : ''}`;
}

function isForeign({ details }: Picture, limits: PictureLimits): boolean {
  return limits.plainJpeg && details.jpeg === 'colours';
}

/** The nearest shape that the network takes, as width divided by height; null when it takes this one. */
function badRatio({ width, height }: Picture, { imageRatio }: PictureLimits): number | null {
  if (imageRatio === null || width === null || height === null) return null;
  const [least, most] = imageRatio;
  // A picture of 4:5 in whole pixels can miss the ratio by a fraction of a pixel.
  if (width / height < least - 0.01) return least;
  return width / height > most + 0.01 ? most : null;
}

/** Why Belfry cannot fit a picture itself, and what the user can do instead. */
function cannotMake(file: Picture, { mimeTypes }: PictureLimits, who: string): string | null {
  const { mime, width, height, details } = file;
  if (mimeTypes !== null && !mimeTypes.includes('image/jpeg'))
    return `would have to become a JPEG to fit, which ${who} does not take; bring it into shape yourself, as ${anyOf(sameKind('image/png', mimeTypes).map(typeName))}`;
  if (!readable.has(mime))
    return `is ${typeName(mime)}, which Belfry cannot open to fit it for ${who}; convert it to JPEG`;
  if (details.animated)
    return `is animated, and would stand still if Belfry fitted it for ${who}; crop or scale it yourself, or save one picture of it as JPEG`;
  if (width === null || height === null) return 'has a size that cannot be read; save it again as JPEG';
  return isTooLarge(file) ? tooLarge(file) : null;
}

function tooLarge({ width, height }: Pick<Picture, 'width' | 'height'>): string {
  const size = sizeWithin(width ?? 1, height ?? 1, mostPixels);
  return `has more than the ${millions(mostPixels)} pixels that Belfry opens; scale it down to ${size} or less`;
}

function keepsPlace({ mime }: Picture): string {
  return `says where it was made, which Belfry cannot take out of ${typeName(mime)}; convert it to JPEG, or allow places with the setting stripLocation`;
}

function shapeMisfit(
  { width, height }: Picture,
  ratio: number,
  { imageRatio }: PictureLimits,
  who: string,
): string {
  const [w, h] = [width ?? 1, height ?? 1];
  const range = (imageRatio ?? []).map((one) => one.toFixed(2)).join(' to ');
  const narrow = w / h < ratio;
  const bars = narrow
    ? `left and right, ${Math.round((h * ratio - w) / 2)} pixels each`
    : `above and below, ${Math.round((w / ratio - h) / 2)} pixels each`;
  const loss = Math.round(100 * (narrow ? 1 - w / ratio / h : 1 - (h * ratio) / w));
  const cut = `${loss} % of its ${narrow ? 'height' : 'width'}`;
  return `is ${(w / h).toFixed(2)} times as wide as high, and ${who} takes ${range}; crop it, or let Belfry do so with the setting mediaFit: "pad" adds bars ${bars}, "crop" takes away ${cut}`;
}

function make(
  file: Picture,
  limits: PictureLimits,
  { fit }: FitWishes,
  ratio: number | null,
  who: string,
): FitPlan {
  const [width, height] = [file.width ?? 1, file.height ?? 1];
  const cut = ratio !== null && fit === 'crop' ? cutTo(width, height, ratio, file.focus ?? [0, 0]) : null;
  const shown = cut ?? { width, height };
  const canvas = ratio !== null && fit === 'pad' ? paddedTo(width, height, ratio) : null;
  const scale = scaleFor(canvas ?? shown, limits);
  const by = (pixels: number) => Math.max(1, Math.floor(pixels * scale));
  const recipe: Recipe = {
    cut,
    width: by(shown.width),
    height: by(shown.height),
    canvas: canvas && {
      width: Math.max(by(canvas.width), by(shown.width)),
      height: Math.max(by(canvas.height), by(shown.height)),
    },
    mostBytes: limits.imageBytes,
  };
  const changes = [
    file.mime === 'image/jpeg' ? '' : 'becomes a JPEG',
    scale < 1
      ? `is scaled to ${(recipe.canvas ?? recipe).width} × ${(recipe.canvas ?? recipe).height} pixels`
      : '',
    canvas ? 'gets white bars' : '',
    cut ? 'is cropped' : '',
  ].filter((change) => change !== '');
  return { do: 'make', recipe, changes: changes.length > 0 ? [`${changes.join(', ')} for ${who}`] : [] };
}

/** Scale that brings a picture into the limits; 1 when it fits. A hair less than exact, so that rounding does not lead out again. */
function scaleFor(
  { width, height }: { width: number; height: number },
  { imagePixels, imageWidth }: PictureLimits,
): number {
  const byPixels = imagePixels === null ? 1 : Math.sqrt(imagePixels / (width * height));
  const byWidth = imageWidth === null ? 1 : imageWidth / width;
  return Math.min(1, byPixels, byWidth);
}

/** The largest stretch of this shape, as near to the focus (-1…1, upwards positive) as the edges allow. */
function cutTo(width: number, height: number, ratio: number, [x, y]: readonly [number, number]): Area {
  const kept =
    width / height > ratio
      ? { width: Math.max(1, Math.round(height * ratio)), height }
      : { width, height: Math.max(1, Math.round(width / ratio)) };
  const place = (whole: number, part: number, focus: number) =>
    Math.round(Math.min(Math.max(((focus + 1) / 2) * whole - part / 2, 0), whole - part));
  return { left: place(width, kept.width, x), top: place(height, kept.height, -y), ...kept };
}

/** The smallest canvas of this shape that holds the picture. */
function paddedTo(width: number, height: number, ratio: number): { width: number; height: number } {
  return width / height > ratio
    ? { width, height: Math.ceil(width / ratio) }
    : { width: Math.ceil(height * ratio), height };
}
