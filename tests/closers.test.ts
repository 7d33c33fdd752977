import { expect, test } from 'vitest';
import { createClosers } from '../electron/closers.ts';
import { listeningLog } from './api/world.ts';

test('everything is closed, the newest first, and every failure is told, whichever fails', async () => {
  const { log, said } = listeningLog();
  const closers = createClosers(log);
  const closed: string[] = [];
  const failing = (name: string) => () => {
    closed.push(name);
    throw new Error(`${name} is stuck`);
  };
  closers.add(() => closed.push('first'));
  closers.add(failing('second'));
  closers.add(async () => closed.push('third'));
  closers.add(failing('fourth'));
  await expect(closers.close({})).rejects.toThrow('fourth is stuck');
  expect(closed).toEqual(['fourth', 'third', 'second', 'first']);
  expect(said.map(({ message }) => message)).toEqual([
    expect.stringContaining('fourth is stuck'),
    expect.stringContaining('second is stuck'),
  ]);
  await closers.close({});
  expect(closed).toHaveLength(4);
});
