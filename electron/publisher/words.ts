/** Names of file types in messages. */
const typeNames: Readonly<Record<string, string>> = {
  'image/jpeg': 'JPEG',
  'image/png': 'PNG',
  'image/gif': 'GIF',
  'image/webp': 'WebP',
  'image/avif': 'AVIF',
  'image/heic': 'HEIC',
  'image/heif': 'HEIF',
  'video/mp4': 'MP4',
  'video/quicktime': 'MOV',
  'video/webm': 'WebM',
  'video/ogg': 'Ogg film',
  'audio/mpeg': 'MP3',
  'audio/mp4': 'M4A',
  'audio/flac': 'FLAC',
  'audio/ogg': 'Ogg sound',
  'audio/wav': 'WAV',
};

export function typeName(mime: string): string {
  return typeNames[mime] ?? mime;
}

/** Those of the types that are of the same kind as this one: pictures, films or sound. */
export function sameKind(mime: string, types: readonly string[]): string[] {
  const kind = kindOf(mime);
  return types.filter((type) => kindOf(type) === kind);
}

/** Pictures, films or sound. */
export function kindName(mime: string): string {
  return { image: 'pictures', video: 'films', audio: 'sound' }[kindOf(mime)] ?? 'such files';
}

function kindOf(mime: string): string {
  return mime.split('/', 1)[0] ?? '';
}

/** `JPEG, PNG or GIF`, as many names as a line has room for. */
export function anyOf(words: readonly string[]): string {
  const unique = [...new Set(words)];
  if (unique.length > mostNamed) return `${unique.slice(0, mostNamed).join(', ')} and others`;
  return unique.length < 2 ? unique.join('') : `${unique.slice(0, -1).join(', ')} or ${unique.at(-1)}`;
}
const mostNamed = 6;

/** `1 file`, `2 files`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}

export function mebibytes(bytes: number): string {
  return `${(bytes / 1024 ** 2).toFixed(1)} MiB`;
}

export function millions(pixels: number): string {
  return `${(pixels / 1e6).toFixed(1)} million`;
}

/** A length of time in the unit that suits it: `90 s`, `15 min`, `7 days`. */
export function lengthOf(seconds: number): string {
  if (seconds < 120) return `${round(seconds)} s`;
  if (seconds < 2 * 3600) return `${round(seconds / 60)} min`;
  return seconds < 2 * 86_400 ? `${round(seconds / 3600)} h` : `${round(seconds / 86_400)} days`;
}

/** The largest size of this shape that has so many pixels at most: `5760 × 5760`. */
export function sizeWithin(width: number, height: number, pixels: number): string {
  const scale = Math.min(1, Math.sqrt(pixels / (width * height)));
  return `${Math.max(1, Math.floor(width * scale))} × ${Math.max(1, Math.floor(height * scale))}`;
}

function round(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/** What helps where a format is at fault. */
export const orPost = 'choose "post" as its format for this account';
