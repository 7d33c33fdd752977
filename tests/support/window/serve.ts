import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { folderAssets, type SessionFile, startHttpServer } from '../../../electron/api/index.ts';
import { systemClock } from '../../../electron/system.ts';
import { openMediaFiles } from '../media-files.ts';
import { type WindowEngine, windowEngine } from './engine.ts';
import type { World } from './world.ts';

export type ServedWindow = WindowEngine & {
  /** A link for one use. */
  link(): string;
  port: number;
  /** Where files are that the window sent. */
  uploads: string;
  endSessions(): void;
  /** Given to another one, its windows stay signed in. */
  sessionFile: SessionFile;
  close(): Promise<void>;
};

/** The built window in `folder`, served by the real HTTP server over an engine that only remembers. */
export async function serveWindow(
  world: World,
  folder: string,
  port = 0,
  sessionFile = sessionsInMemory(),
): Promise<ServedWindow> {
  const home = mkdtempSync(join(tmpdir(), 'belfry-window-'));
  const media = openMediaFiles(home, {
    home: { media: '/', uploads: join(home, 'uploads'), thumbnails: join(home, 'thumbnails') },
    held: async (id) => world.media.get(id),
  });
  const engine = windowEngine(world, media);
  const door = await startHttpServer({
    bridge: engine.bridge,
    media,
    port,
    assets: await folderAssets(folder),
    clock: systemClock,
    random: { next: Math.random, uuid: randomUUID, id: () => randomUUID().replaceAll('-', '').slice(0, 16) },
    log: () => {},
    sessionFile,
    health: () => ({ ok: true }),
    metrics: () => '',
  });
  const close = async () => {
    await door.close();
    await media.close();
    rmSync(home, { recursive: true, force: true });
  };
  return {
    ...engine,
    link: door.mintLink,
    port: door.port,
    uploads: join(home, 'uploads'),
    endSessions: door.endSessions,
    sessionFile,
    close,
  };
}

function sessionsInMemory(): SessionFile {
  let kept: string | null = null;
  return {
    read: async () => kept,
    write: async (text) => {
      kept = text;
    },
  };
}
