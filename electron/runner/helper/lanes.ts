import { connect, type Socket } from 'node:net';
import { pairLanes, tagOf } from './protocol.ts';

/** Two connections to the engine, which become the output of one command. */
export type Pair = { number: number; stdout: Socket; stderr: Socket };

/** Opens one connection to the engine and says which it is. */
export function openLane(path: string, key: string, lane: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    // Nothing is read here: what it carries belongs to the command.
    socket.pause();
    socket.on('error', reject);
    socket.write(tagOf(key, lane), () => resolve(socket));
  });
}

/** Gives one fresh pair after another; the next one is opened ahead, so that a command need not wait for it. */
export function createPairs(path: string, key: string): () => Promise<Pair> {
  let opened = 0;
  const open = async (): Promise<Pair> => {
    opened += 1;
    const number = opened;
    const lanes = pairLanes(number);
    const [stdout, stderr] = await Promise.all([
      openLane(path, key, lanes.stdout),
      openLane(path, key, lanes.stderr),
    ]);
    return { number, stdout, stderr };
  };
  let spare: Promise<Pair> | undefined;
  return () => {
    const pair = spare ?? open();
    spare = open();
    // Told to whoever takes it; until then it is nobody's failure.
    spare.catch(() => {});
    return pair;
  };
}
