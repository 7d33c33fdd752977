import { createReadStream } from 'node:fs';
import type { Body } from './http.ts';

/** One file of a multipart body, or `bytes` of it from `from` on; servers go by `mime`, so it must be the true one (networks.md §9). */
export type FilePart = {
  field: string;
  path: string;
  name: string;
  mime: string;
  bytes: number;
  from?: number;
};

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
      yield* createReadStream(file.path, { highWaterMark: 64 * 1024, start: from, end: from + bytes - 1 });
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
