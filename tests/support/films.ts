import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  BufferTarget,
  EncodedAudioPacketSource,
  EncodedPacket,
  EncodedVideoPacketSource,
  Mp4OutputFormat,
  Output,
  WebMOutputFormat,
} from 'mediabunny';

export type FilmOptions = {
  seconds?: number;
  framesPerSecond?: number;
  width?: number;
  height?: number;
  /** The index comes last, as cameras write it. */
  indexLast?: boolean;
  /** User data says that it was made in Berlin. */
  place?: boolean;
  /** Each picture has so many bytes. */
  frameBytes?: number;
  /** `mpeg4` is MPEG-4 part 2. Of MP4s only. */
  codec?: 'avc' | 'hevc' | 'mpeg4';
  bitDepth?: 8 | 10;
  /** `chroma_format_idc`: 4:2:0, 4:2:2 or 4:4:4. */
  chroma?: 1 | 2 | 3;
  /** Sound in AAC: samples in a second, and channels. */
  sound?: { hertz: 48_000 | 96_000; channels: 1 | 2 | 6 };
};

/** A film in `folder`, `.mp4` or `.webm`: its index is true, its pictures are noise that nothing here decodes. */
export async function realFilm(folder: string, name: string, options: FilmOptions = {}): Promise<string> {
  const path = join(folder, name);
  writeFileSync(path, await filmBytes(name.endsWith('.webm') ? 'webm' : 'mp4', options));
  return path;
}

/** An AVC configuration (ISO 14496-15 §5.3.3) without parameter sets. */
const noParameters = Uint8Array.from([1, 0x64, 0, 0x1f, 0xff, 0xe0, 0, 0xfd, 0xf8, 0xf8, 0]);

/** What follows in a sequence parameter set, up to its end: no scaling lists, a picture of one block, no cropping. */
const rest = '001111011110010';

/** The same with a sequence parameter set as x264 begins it for High 4:4:4 Predictive, High 4:2:2 or High 10. */
function avcConfig(chroma: number, bitDepth: number): Uint8Array {
  const profile = [0, 110, 122, 244][chroma] ?? 0;
  const golomb = (value: number) => {
    const bits = (value + 1).toString(2);
    return '0'.repeat(bits.length - 1) + bits;
  };
  const depth = golomb(bitDepth - 8);
  const fields = `${golomb(0)}${golomb(chroma)}${chroma === 3 ? '0' : ''}${depth}${depth}${rest}`.padEnd(
    40,
    '0',
  );
  const bytes = [0, 8, 16, 24, 32].map((from) => Number.parseInt(fields.slice(from, from + 8), 2));
  const set = [0x67, profile, 0, 0x1f, ...bytes];
  const end = [0xfc | chroma, 0xf8 | (bitDepth - 8), 0xf8 | (bitDepth - 8), 0];
  return Uint8Array.from([1, profile, 0, 0x1f, 0xff, 0xe1, 0, set.length, ...set, 0, ...end]);
}

/** An HEVC configuration (ISO 14496-15 §8.3.3) without parameter sets. */
function hevcConfig(chroma: number, bitDepth: number): Uint8Array {
  const head = [1, 2, 0x20, 0, 0, 0, 0x90, 0, 0, 0, 0, 0, 93, 0xf0, 0, 0xfc];
  return Uint8Array.from([
    ...head,
    0xfc | chroma,
    0xf8 | (bitDepth - 8),
    0xf8 | (bitDepth - 8),
    0,
    0,
    0x0f,
    0,
  ]);
}

/** AudioSpecificConfig of AAC-LC (ISO 14496-3 §1.6.2.1). */
function aacConfig({ hertz, channels }: { hertz: number; channels: number }): Uint8Array {
  const frequency = hertz === 96_000 ? 0 : 3;
  return Uint8Array.from([(2 << 3) | (frequency >> 1), ((frequency & 1) << 7) | (channels << 3)]);
}

export async function filmBytes(type: 'mp4' | 'webm', options: FilmOptions = {}): Promise<Buffer> {
  const {
    seconds = 5,
    framesPerSecond = 30,
    width = 720,
    height = 1280,
    indexLast = false,
    frameBytes = 64,
  } = options;
  const format =
    type === 'mp4'
      ? new Mp4OutputFormat({ fastStart: indexLast ? false : 'in-memory' })
      : new WebMOutputFormat();
  const target = new BufferTarget();
  const output = new Output({ format, target });
  const { codec: wanted = 'avc', chroma = 1, bitDepth = 8, sound } = options;
  const codec = type === 'webm' ? 'vp9' : wanted === 'hevc' ? 'hevc' : 'avc';
  const source = new EncodedVideoPacketSource(codec);
  output.addVideoTrack(source, { frameRate: framesPerSecond });
  const speaker = sound && new EncodedAudioPacketSource('aac');
  if (speaker) output.addAudioTrack(speaker);
  await output.start();
  const size = { codedWidth: width, codedHeight: height };
  const isPlain = chroma === 1 && bitDepth === 8;
  const decoderConfig = {
    avc: { codec: 'avc1.64001f', description: isPlain ? noParameters : avcConfig(chroma, bitDepth), ...size },
    hevc: { codec: 'hev1.2.4.L93.90', description: hevcConfig(chroma, bitDepth), ...size },
    vp9: { codec: 'vp09.00.10.08', ...size },
  }[codec];
  for (let frame = 0; frame < seconds * framesPerSecond; frame += 1) {
    const kind = frame % 30 === 0 ? 'key' : 'delta';
    const packet = new EncodedPacket(
      new Uint8Array(frameBytes).fill(frame),
      kind,
      frame / framesPerSecond,
      1 / framesPerSecond,
    );
    await source.add(packet, { decoderConfig });
  }
  for (let second = 0; sound && second < seconds; second += 1)
    await speaker?.add(new EncodedPacket(new Uint8Array(8), 'key', second, 1), {
      decoderConfig: {
        codec: 'mp4a.40.2',
        sampleRate: sound.hertz,
        numberOfChannels: sound.channels,
        description: aacConfig(sound),
      },
    });
  await output.finalize();
  const bytes = Buffer.from(target.buffer ?? new ArrayBuffer(0));
  // The boxes of MPEG-4 part 2 in place of those of H.264 (ISO 14496-14, 5.6).
  if (wanted === 'mpeg4') {
    bytes.write('mp4v', bytes.indexOf('avc1', bytes.indexOf('stsd')));
    bytes.write('esds', bytes.indexOf('avcC'));
  }
  return options.place ? withPlace(bytes) : bytes;
}

/** Puts `udta/©xyz` at the end of `moov`, which has to be the last box of the file. */
function withPlace(film: Buffer): Buffer {
  const text = Buffer.from('+52.5200+013.4050/');
  const xyz = Buffer.concat([
    size(12 + text.byteLength),
    Buffer.from([0xa9, 0x78, 0x79, 0x7a]),
    Buffer.from([0, text.byteLength, 0x15, 0xc7]),
    text,
  ]);
  const udta = Buffer.concat([size(8 + xyz.byteLength), Buffer.from('udta'), xyz]);
  const moov = film.lastIndexOf('moov') - 4;
  const long = film.readUInt32BE(moov) + udta.byteLength;
  return Buffer.concat([film.subarray(0, moov), size(long), film.subarray(moov + 4), udta]);
}

function size(bytes: number): Buffer {
  const four = Buffer.alloc(4);
  four.writeUInt32BE(bytes);
  return four;
}
