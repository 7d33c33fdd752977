import { type FileHandle, mkdir, open, readdir, rename, rm, stat, statfs, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  BelfryError,
  type Clock,
  type ErrorCode,
  type Log,
  type MediaFiles,
  type Millis,
  mostUploadBytes,
  type Random,
  type UploadedMedia,
} from '../../../shared/index.ts';
import { sniff } from './facts.ts';
import { notMedia } from './shown-file.ts';
import { uploadName } from './upload-name.ts';

/** Files that the window sends, each in a folder of its own below `folder`, until a post has taken its copy. */
export type Uploads = {
  /** Removes what a kill left behind and what is not needed any more, now and from then on. */
  start(): Promise<void>;
  /** Stores a file and has it described; what cannot be described is not kept. */
  receive(
    sent: Parameters<MediaFiles['upload']>[0],
    describe: (path: string) => Promise<Omit<UploadedMedia, 'path' | 'name'>>,
  ): Promise<UploadedMedia>;
  /** The file at this path is still in use, if it is one of these. */
  seen(path: string): Promise<void>;
  /** Breaks off what is on its way. */
  stop(): Promise<void>;
};

export type UploadLimits = {
  fileBytes: number;
  /** All uploaded files together. */
  totalBytes: number;
  /** The disk must have so much left afterwards. */
  freeBytes: number;
  /** Uploads at one time. */
  atOnce: number;
};

const mebibyte = 1024 ** 2;
const usual: UploadLimits = {
  fileBytes: mostUploadBytes,
  totalBytes: 8 * 1024 * mebibyte,
  freeBytes: 512 * mebibyte,
  atOnce: 4,
};

const hour: Millis = 3_600_000;
const tidyEvery: Millis = 6 * hour;
/** A draft left alone for longer loses its uploaded files. */
const keptFor: Millis = 48 * hour;
/** Bytes that tell the type of a file. */
const tellingBytes = 64;
/** The disk is asked again after so many bytes: others fill it, too. */
const askedEvery = 32 * mebibyte;

/** Whatever else lies in the folder is not ours. */
const folderName = /^[0-9a-f]{16}$/;
const partName = /^[0-9a-f]{16}\.part$/;

type UploadDeps = {
  clock: Clock;
  random: Pick<Random, 'id'>;
  log: Log;
  folder: string;
  limits?: Partial<UploadLimits> | undefined;
};

export function createUploads(deps: UploadDeps): Uploads {
  const { clock, random, log, folder: root } = deps;
  const limits = { ...usual, ...deps.limits };
  /** Bytes of what is stored and what is on its way, by id. */
  const stored = new Map<string, number>();
  const underWay = new Map<string, { end(): void; ended: Promise<unknown> }>();
  let cancelTimer = () => {};
  let stopped = false;

  const tidy = async () => {
    for (const name of await namesIn(root)) {
      const id = name.slice(0, 16);
      if (underWay.has(id)) continue;
      if (partName.test(name)) await rm(join(root, name), { force: true });
      else if (folderName.test(name)) {
        const path = join(root, name);
        const { bytes, seenAt } = await describeFolder(path);
        if (bytes > 0 && clock.now() - seenAt < keptFor) stored.set(id, bytes);
        else {
          await rm(path, { recursive: true, force: true });
          stored.delete(id);
        }
      }
    }
  };
  const tidyFromNowOn = async () => {
    await tidy().catch((error: unknown) =>
      log('error', 'Uploaded files could not be tidied away', { error: String(error) }),
    );
    if (!stopped) cancelTimer = clock.setTimer(tidyEvery, () => void tidyFromNowOn());
  };
  /** Throws when `more` bytes are too many. */
  const admit = async (id: string, bytes: number, more: number) => {
    if (bytes + more > limits.fileBytes)
      throw refusal('TOO_LARGE', [
        'The file is too large',
        `At most ${sizeOf(limits.fileBytes)} are taken`,
        'Cut it, or export it with a lower bit rate',
      ]);
    let others = 0;
    for (const [other, size] of stored) if (other !== id) others += size;
    if (others + bytes + more > limits.totalBytes)
      throw refusal('TOO_LARGE', [
        'There are too many uploaded files',
        `Those that are in no post yet may take ${sizeOf(limits.totalBytes)} together, and are removed after two days`,
        'Add them to posts, or name the file by its path',
      ]);
    await askDisk(more);
  };
  const askDisk = async (more: number) => {
    const { bavail, bsize } = await statfs(root);
    if (bavail * bsize - more < limits.freeBytes) throw diskFull();
  };

  /** Writes the body to `target`; resolves with its size. */
  const write = async (
    id: string,
    name: string,
    target: FileHandle,
    body: AsyncIterable<Uint8Array>,
    signal: AbortSignal,
  ): Promise<number> => {
    let bytes = 0;
    let askAt = askedEvery;
    let head: Uint8Array = new Uint8Array();
    for await (const piece of until(signal, body)) {
      if (head.byteLength < tellingBytes) {
        head = Buffer.concat([head, piece.subarray(0, tellingBytes)]);
        // What is of no use is not stored first.
        if (head.byteLength >= tellingBytes && sniff(head) === undefined) throw notMedia(name);
      }
      if (bytes + piece.byteLength > limits.fileBytes) await admit(id, bytes, piece.byteLength);
      if (bytes >= askAt) {
        await admit(id, bytes, piece.byteLength);
        askAt = bytes + askedEvery;
      }
      await target.writeFile(piece);
      bytes += piece.byteLength;
      stored.set(id, Math.max(bytes, stored.get(id) ?? 0));
    }
    if (bytes === 0)
      throw refusal('BAD_INPUT', ['The file is empty', 'It has no content', 'Save or export it again']);
    if (sniff(head) === undefined) throw notMedia(name);
    await target.sync();
    return bytes;
  };

  const take = async (
    id: string,
    { name, bytes, body }: Parameters<Uploads['receive']>[0],
    signal: AbortSignal,
    describe: Parameters<Uploads['receive']>[1],
  ): Promise<UploadedMedia> => {
    const part = join(root, `${id}.part`);
    const folder = join(root, id);
    try {
      await mkdir(root, { recursive: true, mode: 0o700 });
      await admit(id, 0, bytes ?? 0);
      stored.set(id, bytes ?? 0);
      const target = await open(part, 'wx', 0o600);
      let received: number;
      try {
        received = await write(id, name, target, body, signal);
      } finally {
        await target.close();
      }
      if (bytes !== null && received !== bytes) throw brokenOff();
      stored.set(id, received);
      const described = await describe(part);
      const kept = uploadName(name, described.type);
      await mkdir(folder, { mode: 0o700 });
      await rename(part, join(folder, kept));
      await touch(folder);
      // Cancelled when all of it was here already: whoever sent it will not hear where it is.
      if (signal.aborted) throw brokenOff();
      return { path: join(folder, kept), name: kept, ...described };
    } catch (error) {
      await rm(part, { force: true });
      await rm(folder, { recursive: true, force: true });
      stored.delete(id);
      throw explained(error);
    }
  };
  /** When it was seen last is kept at the folder: the file's own time is part of what it is known by. */
  const touch = (folder: string) => utimes(folder, clock.now() / 1000, clock.now() / 1000);

  return {
    async start() {
      await tidyFromNowOn();
    },
    async receive(sent, describe) {
      if (stopped) throw refusal('STOPPING', ['The file is not taken', 'Belfry is ending', 'Start it again']);
      if (underWay.size >= limits.atOnce)
        throw refusal('CONFLICT', [
          'Too many files are on their way',
          `At most ${limits.atOnce} are taken at once`,
          'Wait for one to arrive',
        ]);
      const id = random.id();
      const ends = new AbortController();
      const end = () => ends.abort();
      if (sent.signal.aborted) end();
      else sent.signal.addEventListener('abort', end, { once: true });
      const ended = take(id, sent, ends.signal, describe).finally(() => underWay.delete(id));
      underWay.set(id, { end, ended });
      return await ended;
    },
    async seen(path) {
      const folder = dirname(path);
      if (dirname(folder) !== root) return;
      await touch(folder);
    },
    async stop() {
      stopped = true;
      cancelTimer();
      const last = [...underWay.values()];
      for (const { end } of last) end();
      await Promise.allSettled(last.map(({ ended }) => ended));
    },
  };
}

/** The pieces of a body until the signal, which ends the waiting for one that does not come. */
async function* until(signal: AbortSignal, body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const aborted = new Promise<never>((_resolve, reject) => {
    const end = () => reject(brokenOff());
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });
  aborted.catch(() => undefined); // It is heard of by whoever waits then.
  const pieces = body[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await Promise.race([pieces.next(), aborted]);
      if (next.done) return;
      yield next.value;
    }
  } finally {
    // Not waited for: it would wait in turn for a piece that may never come.
    void pieces.return?.().catch(() => undefined);
  }
}

async function describeFolder(path: string): Promise<{ bytes: number; seenAt: Millis }> {
  let bytes = 0;
  for (const name of await namesIn(path)) bytes += (await stat(join(path, name))).size;
  return { bytes, seenAt: (await stat(path)).mtimeMs };
}

/** No folder yet: nothing was ever put there. */
function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
    throw error;
  });
}

/** A body that ends too early is its sender's doing; a disk that is full has a remedy. */
function explained(error: unknown): unknown {
  if (error instanceof BelfryError) return error;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOSPC' || code === 'EDQUOT') return diskFull();
  return code === 'ECONNRESET' || code === 'ABORT_ERR' ? brokenOff() : error;
}

function brokenOff(): BelfryError {
  return refusal('CONFLICT', [
    'The file did not arrive',
    'Its transfer was cancelled or broke off',
    'Send it again',
  ]);
}

function diskFull(): BelfryError {
  return refusal('HOME_UNUSABLE', [
    'The disk is full',
    'Belfry’s home folder needs some space for its own work',
    'Make space, or name the file by its path',
  ]);
}

function sizeOf(bytes: number): string {
  return bytes >= 1024 * mebibyte ? `${bytes / (1024 * mebibyte)} GiB` : `${bytes / mebibyte} MiB`;
}

function refusal(code: ErrorCode, [what, why, remedy]: readonly [string, string, string]): BelfryError {
  return new BelfryError({ code, what, where: 'in the upload', why, remedy });
}
