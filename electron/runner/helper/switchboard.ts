import { chmod, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { laneOf, tagSize } from './protocol.ts';

/** Where the connections of one helper arrive. */
export type Switchboard = {
  /** The lane of this name, as soon as it is there. */
  lane(name: string): Promise<Socket>;
  /** Takes no more and closes the lanes that nobody has asked for; those of commands stay open until these end. */
  close(): void;
};

/** Listens at `path` (a socket file of this user's alone; an old one is replaced) for lanes of the helper with this key. */
export async function openSwitchboard(path: string, key: string): Promise<Switchboard> {
  const lanes = new Map<string, PromiseWithResolvers<Socket>>();
  const slot = (name: string) => {
    const there = lanes.get(name) ?? Promise.withResolvers<Socket>();
    lanes.set(name, there);
    return there;
  };
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.on('readable', function look() {
      const tag: Buffer | null = socket.read(tagSize);
      if (tag === null) return;
      socket.off('readable', look);
      const name = tag.length === tagSize ? laneOf(key, tag.toString('latin1')) : undefined;
      if (name === undefined) socket.destroy();
      else slot(name).resolve(socket);
    });
  });
  await rm(path, { force: true });
  await listen(server, path);
  await chmod(path, 0o600);
  return {
    async lane(name) {
      const socket = await slot(name).promise;
      lanes.delete(name);
      return socket;
    },
    close() {
      for (const { promise } of lanes.values()) void promise.then((socket) => socket.destroy());
      server.close();
    },
  };
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
