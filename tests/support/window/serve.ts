import { randomUUID } from 'node:crypto';
import { folderAssets, startHttpServer } from '../../../electron/api/index.ts';
import { systemClock } from '../../../electron/system.ts';
import { type WindowEngine, windowEngine } from './engine.ts';
import type { World } from './world.ts';

export type ServedWindow = WindowEngine & {
  /** A link for one use. */
  link(): string;
  port: number;
  close(): Promise<void>;
};

/** The built window in `folder`, served by the real HTTP server over an engine that only remembers. */
export async function serveWindow(world: World, folder: string, port = 0): Promise<ServedWindow> {
  const engine = windowEngine(world);
  const door = await startHttpServer({
    bridge: engine.bridge,
    port,
    assets: await folderAssets(folder),
    clock: systemClock,
    random: { next: Math.random, uuid: randomUUID, id: () => randomUUID().replaceAll('-', '').slice(0, 16) },
    log: () => {},
    health: () => ({ ok: true }),
    metrics: () => '',
  });
  return { ...engine, link: door.mintLink, port: door.port, close: door.close };
}
