import { randomBytes, randomUUID } from 'node:crypto';
import type { Random } from '../shared/index.ts';

/** The operating system's randomness. */
export const systemRandom: Random = {
  next: () => randomBytes(6).readUIntBE(0, 6) / 2 ** 48,
  uuid: () => randomUUID(),
  id: () => randomBytes(8).toString('hex'),
};
