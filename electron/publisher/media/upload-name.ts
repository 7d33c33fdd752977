/** Longest name without its extension, in characters; each has four bytes at most, and a name 255. */
const longest = 50;

/** Endings of files by type; the first one is given to a file whose own does not fit. */
const endings: Readonly<Record<string, readonly string[]>> = {
  'image/jpeg': ['jpg', 'jpeg', 'jpe', 'jfif'],
  'image/png': ['png'],
  'image/gif': ['gif'],
  'image/webp': ['webp'],
  'image/avif': ['avif'],
  'image/heic': ['heic'],
  'image/heif': ['heif', 'heic'],
  'video/mp4': ['mp4', 'm4v'],
  'video/quicktime': ['mov', 'qt'],
  'video/webm': ['webm', 'mkv'],
  'video/ogg': ['ogv', 'ogg'],
  'audio/ogg': ['ogg', 'oga', 'opus'],
  'audio/mp4': ['m4a', 'mp4'],
  'audio/mpeg': ['mp3'],
  'audio/wav': ['wav'],
  'audio/flac': ['flac'],
};

/** Names that Windows keeps for devices, whatever ending they have. */
const devices = /^(con|prn|aux|nul|com\d|lpt\d)$/i;

/** A name that every file system takes, from one that a window sent: without folders, with the ending of its type. */
export function uploadName(given: string, mime: string): string {
  const last = given.split(/[/\\]/).at(-1) ?? '';
  const [, stem = last, own = ''] = /^(.+)\.([^.]*)$/s.exec(last) ?? [];
  const clean = [
    ...stem
      .toWellFormed()
      .normalize('NFC')
      .replace(/[\p{C}<>:"|?*]/gu, ''),
  ]
    .slice(0, longest)
    .join('')
    .replace(/^[\s.]+|[\s.]+$/g, '');
  const name = clean === '' ? 'file' : devices.test(clean) ? `_${clean}` : clean;
  const fitting = endings[mime] ?? [];
  const ending = fitting.includes(own.toLowerCase()) ? own.toLowerCase() : fitting[0];
  return ending === undefined ? name : `${name}.${ending}`;
}
