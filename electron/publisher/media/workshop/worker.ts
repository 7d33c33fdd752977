import { parentPort } from 'node:worker_threads';
import { ALL_FORMATS, FilePathSource, Input, type InputTrack, type InputVideoTrack } from 'mediabunny';
import type { MediaDetails } from '../../../networks/index.ts';
import { bigEndian } from '../file-reader.ts';
import type { Answer, FilmFacts, Letter, Made, Order, Outcome } from './index.ts';
import { checkPicture, makePicture, makeThumbnail } from './pictures.ts';

/** The worker thread: takes orders, one after the other, and answers each. */
parentPort?.on('message', async ({ id, order }: Letter) => {
  const answer: Answer = { id, outcome: await carryOut(order) };
  parentPort?.postMessage(answer);
});

async function carryOut(order: Order): Promise<Outcome<FilmFacts | Made | null>> {
  try {
    switch (order.do) {
      case 'check':
        return await checkPicture(order);
      case 'measure':
        return await measureFilm(order.path);
      case 'make':
        return await makePicture(order);
      case 'thumbnail':
        return await makeThumbnail(order);
    }
  } catch (error) {
    return { ok: false, fault: 'failed', why: error instanceof Error ? error.message : String(error) };
  }
}

/** Packets whose times tell the frame rate. */
const packets = 60;
const cacheBytes = 8 * 1024 * 1024;

/** Reads what a film or sound is from its index; its pictures and sounds are not decoded. */
async function measureFilm(path: string): Promise<Outcome<FilmFacts>> {
  const source = new FilePathSource(path, {
    maxCacheSize: cacheBytes,
    handleUnhandledError: () => undefined,
  });
  const input = new Input({ source, formats: ALL_FORMATS });
  try {
    const film = await input.getPrimaryVideoTrack();
    const sound = await input.getPrimaryAudioTrack();
    if (!film && !sound) return { ok: false, fault: 'damaged', why: 'it holds neither film nor sound' };
    const seconds = (await input.getDurationFromMetadata()) ?? (await input.computeDuration());
    return {
      ok: true,
      value: {
        seconds: Number.isFinite(seconds) ? seconds : null,
        width: film ? await film.getDisplayWidth() : null,
        height: film ? await film.getDisplayHeight() : null,
        framesPerSecond: film ? await frameRate(film) : null,
        videoCodec: film ? await codecOf(film) : null,
        ...(film ? await pixelFormat(film) : unknownPixels),
        audioCodec: sound ? await codecOf(sound) : null,
        sampleRate: sound ? await sound.getSampleRate() : null,
        channels: sound ? await sound.getNumberOfChannels() : null,
      },
    };
  } catch (error) {
    return { ok: false, fault: 'damaged', why: error instanceof Error ? error.message : String(error) };
  } finally {
    input.dispose();
  }
}

async function frameRate(film: InputVideoTrack): Promise<number | null> {
  const { averagePacketRate } = await film.computePacketStats(packets);
  return Number.isFinite(averagePacketRate) && averagePacketRate > 0 ? averagePacketRate : null;
}

/** The library's name of a codec, or the file's own for one that it does not know: `mp4v`, `V_MPEG4/ISO/ASP`. */
async function codecOf(track: InputTrack): Promise<string | null> {
  const codec = await track.getCodec();
  if (codec !== null) return codec;
  const own = await track.getInternalCodecId();
  return typeof own === 'string' ? own.trim() : null;
}

type Pixels = Pick<MediaDetails, 'bitDepth' | 'chroma'>;
const unknownPixels: Pixels = { bitDepth: null, chroma: null };
/** `chroma_format_idc` (ISO 14496-10, 6.2; ISO 23008-2, 6.2). */
const chromas = ['4:0:0', '4:2:0', '4:2:2', '4:4:4'] as const;

/** Colour of a film in H.264 or HEVC, from the configuration beside its index; the library tells nothing of it. */
async function pixelFormat(film: InputVideoTrack): Promise<Pixels> {
  const config = await film.getDecoderConfig();
  const { description } = config ?? {};
  const bytes = description === undefined ? new Uint8Array() : bytesOf(description);
  switch (await film.getCodec()) {
    case 'avc':
      return pixelsOfAvc(bytes);
    case 'hevc':
      return pixelsOfHevc(bytes);
    default:
      return unknownPixels;
  }
}

function bytesOf(source: AllowSharedBufferSource): Uint8Array {
  return ArrayBuffer.isView(source)
    ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
    : new Uint8Array(source);
}

/** HEVCDecoderConfigurationRecord (ISO 14496-15, 8.3.3.1.2): both stand at a fixed place. */
function pixelsOfHevc(record: Uint8Array): Pixels {
  const [chroma, luma, colour] = record.subarray(16, 19);
  if (chroma === undefined || luma === undefined || colour === undefined) return unknownPixels;
  return { chroma: chromas[chroma & 3] ?? null, bitDepth: 8 + Math.max(luma & 7, colour & 7) };
}

/** Profiles of H.264 that store their chroma format and bit depth; all others are 4:2:0 of 8 bits (ISO 14496-10, 7.3.2.1.1). */
const highProfiles: ReadonlySet<number> = new Set([
  100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135,
]);

/** AVCDecoderConfigurationRecord (ISO 14496-15, 5.3.3.1.2): the first sequence parameter set tells. */
function pixelsOfAvc(record: Uint8Array): Pixels {
  const profile = record[1];
  if (profile === undefined) return unknownPixels;
  const plain: Pixels = { bitDepth: 8, chroma: '4:2:0' };
  if (!highProfiles.has(profile)) return plain;
  const length = bigEndian(record, 6, 2);
  // The High profile itself has no more than that, and cameras leave its parameters to the film.
  if (((record[5] ?? 0) & 31) === 0 || length === 0) return profile === 100 ? plain : unknownPixels;
  // After a NAL header, profile, constraints and level.
  const next = expGolomb(unescaped(record.subarray(8, 8 + length)).subarray(4));
  next(); // seq_parameter_set_id
  const chroma = next();
  if (chroma === 3) next.bit(); // separate_colour_plane_flag
  const bitDepth = 8 + Math.max(next(), next());
  return { bitDepth, chroma: chromas[chroma] ?? null };
}

/** Without the bytes that keep a NAL unit from looking like the start of another one (ISO 14496-10, 7.4.1). */
function unescaped(unit: Uint8Array): Uint8Array {
  return unit.filter((byte, at) => !(byte === 3 && at > 1 && unit[at - 1] === 0 && unit[at - 2] === 0));
}

/** Reads unsigned Exp-Golomb numbers (ISO 14496-10, 9.1), one after the other. */
function expGolomb(bytes: Uint8Array): { (): number; bit(): number } {
  let at = 0;
  const bit = () => {
    const value = ((bytes[at >> 3] ?? 0x80) >> (7 - (at & 7))) & 1;
    at += 1;
    return value;
  };
  const next = () => {
    let zeros = 0;
    while (zeros < 16 && bit() === 0) zeros += 1;
    let value = 1;
    for (let left = zeros; left > 0; left -= 1) value = value * 2 + bit();
    return value - 1;
  };
  return Object.assign(next, { bit });
}
