import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  BufferTarget,
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
};

/** A film in `folder`, `.mp4` or `.webm`: its index is true, its pictures are noise that nothing here decodes. */
export async function realFilm(folder: string, name: string, options: FilmOptions = {}): Promise<string> {
  const path = join(folder, name);
  writeFileSync(path, await filmBytes(name.endsWith('.webm') ? 'webm' : 'mp4', options));
  return path;
}

/** An AVC configuration (ISO 14496-15 §5.3.3) without parameter sets. */
const noParameters = Uint8Array.from([1, 0x64, 0, 0x1f, 0xff, 0xe0, 0, 0xfd, 0xf8, 0xf8, 0]);

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
  const codec = type === 'mp4' ? 'avc' : 'vp9';
  const source = new EncodedVideoPacketSource(codec);
  output.addVideoTrack(source, { frameRate: framesPerSecond });
  await output.start();
  const size = { codedWidth: width, codedHeight: height };
  const decoderConfig =
    codec === 'avc'
      ? { codec: 'avc1.64001f', description: noParameters, ...size }
      : { codec: 'vp09.00.10.08', ...size };
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
  await output.finalize();
  const bytes = Buffer.from(target.buffer ?? new ArrayBuffer(0));
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
