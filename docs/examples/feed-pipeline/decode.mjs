import { Problem } from './problem.mjs';

/**
 * The text of a feed. What its bytes say of themselves comes first (a byte order mark, or XML in UTF-16), then the
 * server's Content-Type, then the XML declaration, then UTF-8 (RFC 7303 §3). Strict: bytes that are none of it are a
 * Problem that names what was tried, since letters that became � would be published.
 */
export function decode(bytes, charset, where) {
  const tried = [];
  for (const { label, by } of candidates(bytes, charset)) {
    const decoder = decoderFor(label);
    if (decoder === undefined) {
      tried.push(`"${label}" (${by}) is unknown to this Node`);
      continue;
    }
    // An XML declaration that was read byte by byte is not in UTF-16, whatever it says.
    if (decoder.encoding.startsWith('utf-16') && isSingleByte(bytes)) {
      tried.push(`"${label}" (${by}) is not how it is written`);
      continue;
    }
    try {
      return decoder.decode(bytes);
    } catch {
      tried.push(`"${label}" (${by}) does not fit byte ${firstWrong(label, bytes) + 1}`);
    }
  }
  const why = `Tried: ${tried.join('; ')}`;
  throw new Problem('FEED_BROKEN', 'The feed cannot be decoded', where, why, 'Ask its maker for UTF-8');
}

function candidates(bytes, charset) {
  const seen = seenIn(bytes);
  // Bytes that name their encoding leave nothing to guess.
  if (seen !== undefined) return [{ label: seen, by: 'its first bytes' }];
  const head = bytes.subarray(0, 200).toString('latin1');
  const declared = /^\s*<\?xml[^>]*?\sencoding\s*=\s*["']([^"']+)/.exec(head)?.[1];
  const named = [
    ...(charset === undefined ? [] : [{ label: charset, by: 'the Content-Type' }]),
    ...(declared === undefined ? [] : [{ label: declared, by: 'the XML declaration' }]),
  ];
  const isUseless = named.every(({ label }) => decoderFor(label)?.encoding.startsWith('utf-16'));
  return isUseless ? [...named, { label: 'utf-8', by: 'the rule for XML' }] : named;
}

/** Encodings that a feed's first bytes prove: marks, and `<?` or `<r` of two bytes each. */
const beginnings = [
  [[0xff, 0xfe, 0, 0], 'utf-32le'],
  [[0, 0, 0xfe, 0xff], 'utf-32be'],
  [[0xef, 0xbb, 0xbf], 'utf-8'],
  [[0xff, 0xfe], 'utf-16le'],
  [[0xfe, 0xff], 'utf-16be'],
  [[0x3c, 0, 0, 0], 'utf-32le'],
  [[0, 0, 0, 0x3c], 'utf-32be'],
  [[0x3c, 0], 'utf-16le'],
  [[0, 0x3c], 'utf-16be'],
];

function seenIn(bytes) {
  return beginnings.find(([start]) => start.every((byte, index) => bytes[index] === byte))?.[1];
}

function isSingleByte(bytes) {
  return !bytes.subarray(0, 200).includes(0);
}

function decoderFor(label) {
  try {
    return new TextDecoder(label, { fatal: true });
  } catch {
    return undefined; // TextDecoder has no other way to say that it does not know an encoding.
  }
}

/** Place of the first byte that does not fit. */
function firstWrong(label, bytes) {
  let from = 0;
  let to = bytes.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    try {
      new TextDecoder(label, { fatal: true }).decode(bytes.subarray(0, middle + 1), { stream: true });
      from = middle + 1;
    } catch {
      to = middle;
    }
  }
  return from;
}
