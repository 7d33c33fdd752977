import { imageSize } from 'image-size';
import { lengthOf, size } from './counting.ts';
import type { Reply } from './faults.ts';
import type { Model } from './models.ts';
import type { Asked } from './request.ts';
import type { World } from './world.ts';

export const problem = (status: number, error: string): Reply => ({ status, body: { error } });

/** How this software says that it does not take something, `field` and `words` in English as it has them. */
export function refused({ refuses }: Model, field: string, words: string): Reply {
  switch (refuses) {
    case 'rails':
      return problem(422, `Validation failed: ${words}`);
    case 'laravel':
      return { status: 500, body: { message: 'The given data was invalid.', errors: { [field]: [words] } } };
    case 'gotosocial':
      return problem(400, `Bad Request: ${words}`);
    case 'hollo':
      return { status: 422, body: { error: 'invalid_request', zod_error: { issues: [{ path: [field] }] } } };
    case 'pleroma':
    case 'friendica':
      return problem(422, words);
  }
}

/** What is wrong with the words of a post, by the server's own measure; undefined when nothing is. */
export function wordsRefused(model: Model, fields: Record<string, unknown>): Reply | undefined {
  const { limits, measure } = model;
  const text = String(fields['status'] ?? '');
  const warning = String(fields['spoiler_text'] ?? '');
  if (limits.characters !== null && lengthOf(text, warning, measure) > limits.characters)
    return refused(model, 'status', `Text character limit of ${limits.characters} exceeded`);
  // Friendica keeps what fits into its column.
  if (model.refuses === 'laravel' && limits.warning !== null && size(warning, measure.unit) > limits.warning)
    return refused(model, 'spoiler_text', 'The spoiler text may not be greater than 140 characters.');
  return undefined;
}

export function visibilityRefused(model: Model, visibility: unknown): Reply | undefined {
  if (!model.strictVisibility || visibility === undefined || model.visibilities.includes(String(visibility)))
    return undefined;
  // Pleroma checks requests against its own description of them.
  if (model.refuses === 'pleroma') return problem(400, 'Invalid value for enum');
  return refused(model, 'visibility', 'Visibility is not included in the list');
}

/** What is wrong with a poll; `files` stand beside it. */
export function pollRefused(model: Model, poll: unknown, files: number): Reply | undefined {
  const { polls } = model;
  if (polls === null || poll === undefined) return undefined;
  if (files > 0 && !model.pollWithFiles) return problem(422, 'Cannot attach more than 4 files');
  if (typeof poll !== 'object' || poll === null || !('options' in poll) || !Array.isArray(poll.options))
    return refused(model, 'poll', 'Poll is invalid');
  const options = poll.options.map(String);
  const seconds = 'expires_in' in poll ? Number(poll.expires_in) : Number.NaN;
  if (!Number.isFinite(seconds)) return refused(model, 'poll', 'Expires at is invalid');
  if (options.length < (model.refuses === 'rails' ? 2 : 1))
    return refused(model, 'poll', 'Options must be more than one item');
  if (options.length > polls.options)
    return refused(model, 'poll', `Options can't contain more than ${polls.options} items`);
  if (options.some((option) => size(option, polls.unit) > polls.characters))
    return refused(model, 'poll', `Options can't be longer than ${polls.characters} characters each`);
  if (!model.sameOptions && new Set(options).size < options.length)
    return model.refuses === 'hollo'
      ? problem(500, '')
      : refused(model, 'poll', 'Options contain duplicate items');
  if (seconds < polls.least) return refused(model, 'poll', 'Expires at is too soon');
  if (seconds > polls.most) return refused(model, 'poll', 'Expires at is too far into the future');
  return undefined;
}

/** What is wrong with the files of a post taken together. */
export function filesRefused({ model, uploads }: World, ids: readonly string[]): Reply | undefined {
  if (model.limits.media !== null && ids.length > model.limits.media)
    return model.refuses === 'rails'
      ? problem(422, `Cannot attach more than ${model.limits.media} files`)
      : refused(model, 'media_ids', `media files exceed max count (${model.limits.media})`);
  const isPicture = (id: string) => uploads.get(id)?.type.startsWith('image/') ?? true;
  if (model.filmAlone && ids.length > 1 && !ids.every(isPicture))
    return problem(422, 'Cannot attach a video to a post that already contains images');
  return undefined;
}

const magic: readonly (readonly [string, (head: Buffer) => boolean])[] = [
  ['image/jpeg', (head) => head[0] === 0xff && head[1] === 0xd8],
  ['image/png', (head) => head.toString('latin1', 1, 4) === 'PNG'],
  ['image/gif', (head) => head.toString('latin1', 0, 3) === 'GIF'],
  ['image/webp', (head) => head.toString('latin1', 8, 12) === 'WEBP'],
  ['video/mp4', (head) => head.toString('latin1', 4, 8) === 'ftyp'],
];

/** What is wrong with an upload: its type, its size, its pixels, its description. */
export function uploadRefused({ model }: World, { file, fields }: Asked): Reply | undefined {
  const { limits } = model;
  if (!file || file.bytes === 0)
    return model.refuses === 'laravel'
      ? { status: 422, body: '' }
      : refused(model, 'file', "File can't be blank");
  const { type, bytes, content } = file;
  // Hollo trusts the declared type, and breaks on it (networks.md §9).
  if (!limits.types.some((known) => (known.endsWith('/') ? type.startsWith(known) : known === type)))
    return model.refuses === 'hollo'
      ? { status: 500, body: '' }
      : refused(model, 'file', 'File content type is invalid, File is invalid');
  const shown = magic.find(([, is]) => is(content))?.[0];
  if (shown !== undefined && shown.split('/')[0] !== type.split('/')[0])
    return refused(model, 'file', 'File type of uploaded media could not be verified');
  const most = type.startsWith('image/') ? limits.imageBytes : limits.videoBytes;
  if (bytes > most)
    return model.refuses === 'pleroma'
      ? { status: 413, body: '<html><h1>413</h1></html>', headers: { 'content-type': 'text/html' } }
      : refused(model, 'file', `File file size must be less than ${most} bytes`);
  const pixels = type.startsWith('image/') ? pixelsOf(content) : null;
  if (limits.imagePixels !== null && pixels !== null && pixels > limits.imagePixels)
    return refused(model, 'file', `images must be below ${limits.imagePixels} sqpx`);
  const alt = String(fields['description'] ?? '');
  if (limits.alt !== null && size(alt, limits.altUnit) > limits.alt)
    return refused(model, 'description', `Description is too long (maximum is ${limits.alt} characters)`);
  return undefined;
}

function pixelsOf(content: Buffer): number | null {
  try {
    const { width, height } = imageSize(content);
    return width * height;
  } catch {
    return null; // A format that the library cannot measure.
  }
}
