import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { PublisherNeeds } from './ports.ts';

/** Forgets a post that nobody has seen anything of, and its copies of media; false when it is on its way or has ended. */
export async function withdraw(needs: PublisherNeeds, id: string): Promise<boolean> {
  const record = await needs.ledger.get(id);
  if (!record || !(await needs.ledger.withdraw(id))) return false;
  // A kill before this leaves the copies to the sweep at the next start.
  for (const { file } of record.post.media) await rm(join(needs.mediaFolder, file), { force: true });
  needs.changed();
  return true;
}
