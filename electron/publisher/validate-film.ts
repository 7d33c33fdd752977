import type { DraftMedia, Limits } from '../networks/index.ts';
import { anyOf, lengthOf, mebibytes, millions, orPost, sizeWithin } from './words.ts';

type Film = Pick<DraftMedia, 'mime' | 'bytes' | 'width' | 'height' | 'details'>;

/** What is wrong with a film or sound for a network, and what to do; pure. `who` names the network. */
export function filmErrors(
  { mime, bytes, width, height, details }: Film,
  limits: Limits,
  who: string,
): string[] {
  const found: string[] = [];
  const { seconds, framesPerSecond: rate, streamable } = details;
  const { videoBytes, filmSeconds, framesPerSecond } = limits;
  if (videoBytes !== null && bytes > videoBytes)
    found.push(
      `has ${mebibytes(bytes)}, and ${who} takes ${mebibytes(videoBytes)}; cut it, or export it with a lower bit rate`,
    );
  if (filmSeconds !== null && seconds !== null && !isWithin(seconds, filmSeconds, 0.05)) {
    const [least, most] = filmSeconds;
    const way =
      seconds < least
        ? `make it ${lengthOf(least)} long or longer`
        : `cut it by ${lengthOf(Math.ceil((seconds - most) * 10) / 10)}`;
    found.push(
      `lasts ${lengthOf(seconds)}, and ${who} takes ${lengthOf(least)} to ${lengthOf(most)}; ${way}`,
    );
  }
  if (framesPerSecond !== null && rate !== null && !isWithin(rate, framesPerSecond, 0.5)) {
    const [least, most] = framesPerSecond;
    found.push(
      `has ${rate.toFixed(1)} frames per second, and ${who} takes ${least === 0 ? 'up to' : `${least} to`} ${most}; export it with ${Math.min(most, Math.max(least, 30))}`,
    );
  }
  // A file of another type is converted, and gets other codecs by that.
  const isTaken = limits.mimeTypes === null || limits.mimeTypes.includes(mime);
  if (isTaken) found.push(...pictureErrors(details, limits, who), ...soundErrors(details, limits, who));
  if (width !== null && height !== null) found.push(...frameErrors({ width, height }, limits, who));
  if (limits.streamable && streamable === false)
    found.push(
      `has its index at its end, and ${who} wants it at the beginning; export it "for the web" ("fast start")`,
    );
  return found;
}

/** How people call the codecs of the media library, and those that it does not know. */
const codecNames: Readonly<Record<string, string>> = {
  avc: 'H.264',
  hevc: 'HEVC',
  vp8: 'VP8',
  vp9: 'VP9',
  av1: 'AV1',
  prores: 'ProRes',
  mp4v: 'MPEG-4 part 2',
  'V_MPEG4/ISO/SP': 'MPEG-4 part 2',
  'V_MPEG4/ISO/ASP': 'MPEG-4 part 2',
  aac: 'AAC',
  opus: 'Opus',
  mp3: 'MP3',
  vorbis: 'Vorbis',
  flac: 'FLAC',
};

function nameOf(codec: string | undefined): string {
  return codecNames[codec ?? ''] ?? codec ?? '';
}

/** What is wrong with how a film stores its pictures; records of earlier versions say nothing of colours. */
function pictureErrors(
  { videoCodec, bitDepth, chroma }: Film['details'],
  limits: Limits,
  who: string,
): string[] {
  const found: string[] = [];
  const { videoCodecs: codecs } = limits;
  if (codecs !== null && videoCodec !== null && !codecs.includes(videoCodec))
    found.push(
      `is coded as ${nameOf(videoCodec)}, and ${who} takes ${anyOf(codecs.map(nameOf))}; export it as ${nameOf(codecs[0])}`,
    );
  if (limits.bitDepth !== null && bitDepth && bitDepth > limits.bitDepth)
    found.push(
      `has ${bitDepth} bits for each colour, and ${who} takes ${limits.bitDepth}; export it with ${limits.bitDepth} bits, without HDR`,
    );
  if (limits.chroma !== null && chroma && !limits.chroma.includes(chroma))
    found.push(
      `stores its colours as ${chroma}, and ${who} takes ${anyOf(limits.chroma)}; export it as ${limits.chroma[0]}`,
    );
  return found;
}

function soundErrors(
  { audioCodec, sampleRate, channels }: Film['details'],
  limits: Limits,
  who: string,
): string[] {
  const found: string[] = [];
  const { audioCodecs: codecs } = limits;
  if (codecs !== null && audioCodec !== null && !codecs.includes(audioCodec))
    found.push(
      `has ${nameOf(audioCodec)} sound, and ${who} takes ${anyOf(codecs.map(nameOf))}; export its sound as ${nameOf(codecs[0])}`,
    );
  if (limits.sampleRate !== null && sampleRate && sampleRate > limits.sampleRate) {
    const most = `${limits.sampleRate / 1000} kHz`;
    found.push(
      `has sound of ${sampleRate / 1000} kHz, and ${who} takes up to ${most}; export its sound with ${most}`,
    );
  }
  if (limits.channels !== null && channels && channels > limits.channels)
    found.push(
      `has sound of ${channels} channels, and ${who} takes up to ${limits.channels}; export its sound in stereo`,
    );
  return found;
}

/** What is wrong with the width and the shape of a film. */
function frameErrors(
  { width, height }: { width: number; height: number },
  { filmWidth, filmShape, filmPixels }: Limits,
  who: string,
): string[] {
  const found: string[] = [];
  if (filmWidth !== null && width > filmWidth)
    found.push(
      `is ${width} pixels wide, and ${who} takes ${filmWidth}; export it ${filmWidth} pixels wide or less`,
    );
  if (filmPixels !== null && width * height > filmPixels)
    found.push(
      `has ${width} × ${height} pixels, and ${who} takes ${millions(filmPixels)} in all; export it with ${sizeWithin(width, height, filmPixels)} or less`,
    );
  if (filmShape === null) return found;
  const { ratio, name, least } = filmShape;
  const [leastWidth, leastHeight] = least;
  // Encoders round to even numbers.
  if (Math.abs(width / height - ratio) > 0.01)
    found.push(
      `has ${width} × ${height} pixels, and ${who} takes ${name} only; crop it to that shape, such as ${leastWidth * 2} × ${leastHeight * 2}, or ${orPost}`,
    );
  else if (width < leastWidth || height < leastHeight)
    found.push(
      `has ${width} × ${height} pixels, and ${who} takes ${leastWidth} × ${leastHeight} or more; export it larger, or ${orPost}`,
    );
  return found;
}

/** Encoders miss a round number by a little. */
function isWithin(value: number, [least, most]: readonly [number, number], margin: number): boolean {
  return value >= least - margin && value <= most + margin;
}
