import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { PublisherNeeds } from '../ports.ts';

/** Names that this room gives to copies, half-written ones included; whatever else lies in the folder is not ours. */
const ourName = /^[0-9a-f]{16}(\.part)?$/;
/** A younger file may belong to a post that is being added at this moment. */
const leastAgeMs = 3_600_000;

/** Removes copies of media that no post has: what a kill between copying and storing left behind. */
export async function sweep(needs: PublisherNeeds): Promise<void> {
  const names = await readdir(needs.mediaFolder).catch(() => []); // No folder yet: nothing was ever copied.
  const ours = names.filter((name) => ourName.test(name));
  if (ours.length === 0) return;
  const used = await needs.ledger.filesInUse(ours);
  for (const name of ours.filter((one) => !used.has(one))) {
    const path = join(needs.mediaFolder, name);
    const changedAt = await stat(path).then(
      ({ mtimeMs }) => mtimeMs,
      () => Number.POSITIVE_INFINITY, // Gone already, or not to be read: left alone.
    );
    if (needs.clock.now() - changedAt > leastAgeMs) await rm(path, { force: true });
  }
}
