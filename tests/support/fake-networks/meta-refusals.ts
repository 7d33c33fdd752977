import { size } from './counting.ts';
import type { Reply } from './faults.ts';
import { metaProblem } from './meta.ts';
import type { Model } from './models.ts';

const captionTooLong = "The caption was too long. Use at most 2,200 characters, 30 hashtags and 20 '@' tags";

/** What Instagram refuses of a container by its fields (networks.md §3.4, §3.5; IG User Media, November 2026). */
export function containerRefused({ limits }: Model, fields: Record<string, unknown>): Reply | undefined {
  const caption = String(fields['caption'] ?? '');
  const tags = caption.match(/(?<![\w&/])#[\p{L}\p{N}_]+/gu) ?? [];
  const people = caption.match(/(?<![\w.@/])@[\w.]+/gu) ?? [];
  if (size(caption, 'code-points') > (limits.characters ?? 0) || tags.length > 30 || people.length > 20)
    return metaProblem(400, 36_004, 2_207_010, captionTooLong);
  const kind = fields['media_type'];
  if (kind !== undefined && !['REELS', 'STORIES', 'VIDEO', 'CAROUSEL'].includes(String(kind)))
    return metaProblem(400, 100, 2_207_023, 'The media type is unknown');
  if (size(String(fields['alt_text'] ?? ''), 'code-points') > (limits.alt ?? 0))
    return metaProblem(400, 100, undefined, 'The alt text is too long');
  // Of an address that this fake cannot follow, its end has to tell.
  if (/\.(png|gif|webp|avif|heic|bmp|tiff?)$/i.test(String(fields['image_url'] ?? '')))
    return metaProblem(400, 36_001, 2_207_005, 'The image format is not supported');
  return undefined;
}

/** What is wrong with a film, as the status of its container says it; undefined when nothing is. */
export function filmRefused({ limits }: Model, film: Buffer): string | undefined {
  if (film.byteLength > limits.videoBytes) return '2207026: The video is too large';
  const index = film.indexOf('moov');
  if (index < 0) return '2207026: Unsupported video format';
  if (index > film.indexOf('mdat') && film.indexOf('mdat') >= 0)
    return '2207026: The moov atom is not in front';
  const kinds = ['avc1', 'avc3', 'hvc1', 'hev1'];
  return kinds.some((kind) => film.indexOf(kind, index) >= 0)
    ? undefined
    : '2207026: Unsupported video codec';
}

/** What a Page refuses of a photo (Page, Photos; networks.md §4.4). */
export function photoRefused(
  { limits }: Model,
  { type, bytes }: { type: string; bytes: number },
): Reply | undefined {
  if (limits.types.includes(type) && bytes <= limits.imageBytes) return undefined;
  return metaProblem(
    400,
    100,
    1_366_046,
    'Photos should be smaller than 10 MB and saved as JPG, PNG, GIF or TIFF',
  );
}
