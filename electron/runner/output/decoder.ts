import { StringDecoder } from 'node:string_decoder';

/** Bytes of one stream to text, whatever they are. */
export type Decoder = { push(chunk: Buffer): string; end(): string };

const sampleSize = 4096;
const hexHead = 16;

/**
 * Decodes a stream of unknown content: UTF-8 with broken sequences replaced, UTF-16 with a byte order mark, and
 * binary data as one remark with its first bytes in hex and one with its length.
 */
export function createDecoder(): Decoder {
  let text: StringDecoder | undefined;
  let wide = false;
  let binary: { bytes: number } | undefined;

  const leaveBinary = () => {
    if (!binary) return '';
    const remark = `[binary output: ${binary.bytes} bytes in all, not kept]\n`;
    binary = undefined;
    return remark;
  };
  const push = (chunk: Buffer): string => {
    if (!text) {
      wide = hasUtf16Mark(chunk);
      text = new StringDecoder(wide ? 'utf16le' : 'utf8');
    }
    if (wide || !isBinary(chunk)) {
      const decoded = text.write(chunk);
      return leaveBinary() + (decoded.includes('\0') ? decoded.replaceAll('\0', '␀') : decoded);
    }
    if (binary) {
      binary.bytes += chunk.length;
      return '';
    }
    binary = { bytes: chunk.length };
    return `${text.end()}\n[binary output, beginning with ${chunk.subarray(0, hexHead).toString('hex')}]\n`;
  };
  return { push, end: () => leaveBinary() + (text?.end() ?? '') };
}

function hasUtf16Mark(chunk: Buffer): boolean {
  return chunk[0] === 0xff && chunk[1] === 0xfe;
}

/** Binary: a NUL is in it, and more than 2 % of its beginning are control characters that no text has. */
function isBinary(chunk: Buffer): boolean {
  if (!chunk.includes(0)) return false;
  const sample = chunk.subarray(0, sampleSize);
  const controls = sample.reduce((count, byte) => count + (isTextByte(byte) ? 0 : 1), 0);
  return controls > sample.length / 50;
}

function isTextByte(byte: number): boolean {
  return byte >= 0x20 || (byte >= 0x07 && byte <= 0x0d) || byte === 0x1b;
}
