import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { DraftMedia, Refusal } from './adapter.ts';
import type { Body } from './http.ts';

/** Bytes of a file that are read at once. */
const highWaterMark = 64 * 1024;

/** One file of a multipart body, or `bytes` of it from `from` on; servers go by `mime`, so it must be the true one (networks.md §9). */
type FilePart = {
  field: string;
  path: string;
  name: string;
  mime: string;
  bytes: number;
  from?: number;
};

/** A file as a body, read from disk while it is sent. */
export function fileBody({ path, mime, bytes }: Pick<FilePart, 'path' | 'mime' | 'bytes'>): Body {
  return { stream: () => createReadStream(path, { highWaterMark }), type: mime, bytes };
}

/** multipart/form-data with one file, read from disk while it is sent: memory stays flat whatever the size. */
export function multipart(file: FilePart, fields: Record<string, string>, boundary: string): Body {
  const head = Buffer.from(
    Object.entries(fields)
      .map(
        ([name, value]) =>
          `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
      )
      .join('') +
      `--${boundary}\r\nContent-Disposition: form-data; name="${file.field}"; filename="${file.name}"\r\n` +
      `Content-Type: ${file.mime}\r\n\r\n`,
  );
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
  return {
    type: `multipart/form-data; boundary=${boundary}`,
    bytes: head.byteLength + file.bytes + tail.byteLength,
    async *stream() {
      yield head;
      const { from = 0, bytes } = file;
      yield* createReadStream(file.path, { highWaterMark, start: from, end: from + bytes - 1 });
      yield tail;
    },
  };
}

/** File extension that servers expect for a type; they look at the type itself first. */
export function extensionOf(mime: string): string {
  return (
    mime.split('/')[1]?.replace('jpeg', 'jpg').replace('quicktime', 'mov').replace('mpeg', 'mp3') ?? 'bin'
  );
}

/** Why a stored file cannot be sent as it was added; null when it can. */
export async function fileProblem(media: DraftMedia): Promise<Refusal | null> {
  const bytes = await stat(media.path).then(
    (found) => found.size,
    () => null, // Whatever keeps us from reading it, the file is not there to be sent.
  );
  if (bytes === media.bytes) return null;
  const why =
    bytes === null
      ? `The file ${media.path} cannot be read`
      : `The file ${media.path} has ${bytes} bytes instead of ${media.bytes}`;
  return { class: 'edit', code: 'NOT_FOUND', why, notBefore: null };
}
