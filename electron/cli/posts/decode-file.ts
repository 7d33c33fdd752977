import { BelfryError, notUtf8, readUtf8 } from '../../../shared/index.ts';

/** A file's text, and the encoding that it was taken for; `guessed` when nothing in the file says so for sure. */
export type Decoded = { text: string; encoding: string; guessed: boolean };

/** 0x80 to 0x9F of Windows-1252; below and above it is Latin-1 (https://encoding.spec.whatwg.org/#windows-1252). */
const windows = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';
const isLetter = /\p{L}/u;
const foreignWord = /(?:(?![\0-\x7f])\p{L}){3,}/gu;
const isPunctuation = /[“”‘’„‚–—…•€£§°«»‹›¿¡©®™´·½¼¾²³\u00a0]/u;
/** Bytes from the start by which UTF-16 without a mark is recognized: every other one is 0 in the scripts of Europe. */
const looked = 2000;

/**
 * The text of a file of posts: by `given` (a label of the WHATWG Encoding Standard), else by its byte order mark, else as
 * UTF-8, and a table otherwise as what Excel writes on Windows or on an old Mac. Throws BAD_INPUT for what none of
 * these fits: no byte ever becomes U+FFFD.
 */
export function decodeFile(
  bytes: Uint8Array,
  where: string,
  { given, isTable }: { given?: string | undefined; isTable: boolean },
): Decoded {
  if (given !== undefined) return { text: decodeAs(bytes, given, where), encoding: given, guessed: false };
  const wide = wideLabel(bytes);
  if (wide !== undefined)
    return { text: decodeAs(bytes, wide, where), encoding: wide.toUpperCase(), guessed: false };
  const reading = readUtf8(bytes);
  if (reading.ok) return { text: unmarked(reading.text), encoding: 'UTF-8', guessed: false };
  const guess = isTable ? oneByteGuess(bytes) : undefined;
  if (guess) return { ...guess, guessed: true };
  const error = notUtf8(bytes, reading, where);
  // JSON is UTF-8 (RFC 8259 §8.1): guessing, or another label, would only hide what made it.
  if (!isTable) throw error;
  throw new BelfryError({
    code: 'BAD_INPUT',
    what: 'The encoding of the file cannot be determined',
    where: `in ${where}`,
    why: `It is not UTF-8 (${error.details?.[0]?.message ?? ''}), and neither Windows-1252 nor Mac Roman fits`,
    remedy: 'Save it as UTF-8, or name its encoding, such as --encoding windows-1250; nothing was changed',
    ...(error.details ? { details: error.details } : {}),
  });
}

function decodeAs(bytes: Uint8Array, label: string, where: string): string {
  try {
    return unmarked(new TextDecoder(label, { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (cause) {
    const isUnknown = cause instanceof RangeError;
    throw new BelfryError({
      code: 'BAD_INPUT',
      what: isUnknown ? `There is no encoding "${label}"` : `The file is not in the encoding "${label}"`,
      where: isUnknown ? 'in the option --encoding' : `in ${where}`,
      why: isUnknown
        ? 'Names are those of the WHATWG Encoding Standard'
        : 'Some of its bytes mean nothing there',
      remedy: 'Use a name such as utf-8, utf-16le, windows-1252, windows-1250 or macintosh',
      cause,
    });
  }
}

function unmarked(text: string): string {
  return text.replace(/^\uFEFF/, '');
}

/** UTF-16, as Excel's "Unicode text" is; by its mark, or by the zeros in it. */
function wideLabel(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  const head = bytes.subarray(0, looked);
  const zeros = [0, 0];
  for (const [index, byte] of head.entries()) if (byte === 0) zeros[index % 2] = (zeros[index % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros;
  if (odd * 4 > head.length && even === 0) return 'utf-16le';
  return even * 4 > head.length && odd === 0 ? 'utf-16be' : undefined;
}

/** The better of the two encodings of one byte per character in which Excel writes; undefined when neither reads like text. */
function oneByteGuess(bytes: Uint8Array): { text: string; encoding: string } | undefined {
  const latin = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  const asWindows = latin.replace(/[\u0080-\u009f]/g, (char) => windows[char.charCodeAt(0) - 0x80] ?? char);
  const asMac = new TextDecoder('macintosh').decode(bytes);
  const [onWindows, onMac] = [plausibility(asWindows), plausibility(asMac)];
  // Only an old Mac ends lines with a carriage return alone.
  const isMac = onMac > onWindows || (onMac === onWindows && /\r(?!\n)/.test(latin) && !latin.includes('\n'));
  if (Math.max(onWindows, onMac) < 0.5) return undefined;
  return isMac ? { text: asMac, encoding: 'Mac Roman' } : { text: asWindows, encoding: 'Windows-1252' };
}

/** How much a text reads like a language of Western Europe, up to 2; whole words of foreign letters are another script. */
function plausibility(text: string): number {
  let [points, count, foreign] = [0, 0, 0];
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charAt(at);
    const isOwn = isLetter.test(char);
    if (char < '\u0080') continue;
    const [before, after] = [text.charAt(at - 1), text.charAt(at + 1)];
    const within = [isLetter.test(before), isLetter.test(after)];
    count += 1;
    if (isOwn) {
      foreign += 1;
      const isOdd = before !== before.toUpperCase() && char !== char.toLowerCase();
      points += isOdd ? -1 : within.includes(true) ? 2 : 1;
    } else if (isPunctuation.test(char)) points += within.every(Boolean) && char !== '’' ? -1 : 1;
    else points -= 2;
  }
  const inWords = (text.match(foreignWord) ?? []).join('').length;
  if (count === 0 || inWords * 2 > foreign) return 0;
  return points / count;
}
