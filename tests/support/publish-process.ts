import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import type { StoredMedia } from '../../electron/publisher/ports.ts';
import { openDatabase, raiseEpoch } from '../../electron/store/database.ts';
import { createPostLedger } from '../../electron/store/posts.ts';
import type { ChildTask } from './publish-child.ts';

/**
 * Bundles `publish-child.ts` into one file, which starts five times as fast; remove the folder with `remove`. In CommonJS,
 * since an import of Node's own modules loads all that they offer.
 */
export async function bundlePublisher(): Promise<{ file: string; remove(): void }> {
  const outDir = mkdtempSync(join(tmpdir(), 'belfry-child-'));
  await build({
    configFile: false,
    logLevel: 'error',
    ssr: { noExternal: true },
    build: {
      ssr: fileURLToPath(new URL('publish-child.ts', import.meta.url)),
      target: 'node24',
      minify: true,
      outDir,
      emptyOutDir: true,
      rollupOptions: { output: { format: 'cjs', entryFileNames: 'child.cjs', codeSplitting: false } },
    },
  });
  return { file: join(outDir, 'child.cjs'), remove: () => rmSync(outDir, { recursive: true, force: true }) };
}

export type Ended = { code: number | null; signal: NodeJS.Signals | null };

/** Starts a publisher process; `ended` resolves when it is gone. */
export function startPublisher(
  file: string,
  task: ChildTask,
): { process: ChildProcess; ended: Promise<Ended> } {
  const child = spawn(process.execPath, [file, JSON.stringify(task)], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = new Promise<Ended>((resolve) =>
    child.on('exit', (code, signal) => resolve({ code, signal })),
  );
  return { process: child, ended };
}

export type SeedPost = {
  text: string;
  account: string;
  thread?: string[];
  comment?: string;
  picture?: boolean;
  visibility?: 'private';
};

/** Stores posts that are due now, as an engine would that ended right after. */
export async function seedPosts(home: string, posts: readonly SeedPost[]): Promise<void> {
  mkdirSync(join(home, 'media'), { recursive: true });
  const { db, close } = openDatabase(join(home, 'belfry.db'));
  const ledger = createPostLedger(db, await raiseEpoch(db));
  const now = Date.now();
  const add = async (
    { text, account, thread = [], comment, picture, visibility }: SeedPost,
    index: number,
  ) => {
    const id = createHash('sha256').update(`${text} ${now} ${index}`).digest('hex').slice(0, 16);
    await ledger.add({
      id,
      text,
      note: '',
      visibility: visibility ?? null,
      contentWarning: null,
      language: null,
      sensitive: null,
      publishAt: now,
      thread,
      source: 'person',
      runId: null,
      createdAt: now,
      originKey: null,
      poll: null,
      firstComment: comment ?? null,
      tags: [],
      media: picture ? [storePicture(home, id)] : [],
      targets: [{ account, status: 'queued', override: {}, dueAt: now }],
    });
  };
  await Promise.all(posts.map(add));
  await close();
}

function storePicture(home: string, id: string): StoredMedia {
  const bytes = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.from(id)]);
  writeFileSync(join(home, 'media', id), bytes);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const place = { part: 0, position: 0, file: id, name: `${id}.jpg` };
  return {
    id,
    ...place,
    mime: 'image/jpeg',
    bytes: bytes.byteLength,
    sha256,
    alt: '',
    width: 1,
    height: 1,
    focus: null,
    publicUrl: `https://cdn.example/${id}.jpg`,
    details: null,
  };
}

/** Statuses of all targets, with how often each occurs. */
export async function countStatuses(home: string): Promise<Record<string, number>> {
  const { db, close } = openDatabase(join(home, 'belfry.db'));
  const rows = await db
    .selectFrom('targets')
    .select(['status', (of) => of.fn.countAll<number>().as('count')])
    .groupBy('status')
    .execute();
  await close();
  return Object.fromEntries(rows.map(({ status, count }) => [status, count]));
}

/** Names of the boundaries that a traced process passed. */
export function readTrace(path: string): string[] {
  return [...new Set(readFileSync(path, 'utf8').trim().split('\n'))];
}
