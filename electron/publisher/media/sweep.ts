import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Millis } from '../../../shared/index.ts';
import type { PublisherNeeds } from '../ports.ts';
import { madeFolder } from './made.ts';

/** Names that this room gives to copies, half-written ones included; whatever else lies in the folder is not ours. */
const ourName = /^[0-9a-f]{16}(\.part)?$/;
/** Names of what was made of copies. */
const madeName = /^[0-9a-f]{32}-[0-9a-f]{16}(\.\w+\.part)?$/;
const hour = 3_600_000;
const day = 24 * hour;
/** A younger file may belong to a post that is being added at this moment. */
const leastAgeMs = hour;
/** What was made can be made again; so long it is at hand for another try or another account. */
const madeForMs = 3 * day;

type SweepNeeds = Pick<PublisherNeeds, 'mediaFolder' | 'ledger' | 'mediaLedger' | 'clock' | 'settings'>;

/**
 * Removes copies that no post has (what a kill between copying and storing left behind), those whose post has been
 * published or cancelled everywhere for `keepMediaDays`, and what was made of copies some days ago. Posts that are still
 * to go out, failed or unconfirmed keep theirs.
 */
export async function sweep(needs: SweepNeeds): Promise<void> {
  const { mediaFolder, clock } = needs;
  const names = (await filesIn(mediaFolder)).filter((name) => ourName.test(name));
  if (names.length > 0) {
    const used = await needs.ledger.filesInUse(names);
    const unused = names.filter((name) => !used.has(name));
    for (const name of unused) await removeOld(join(mediaFolder, name), clock.now() - leastAgeMs);
    for (const name of await finished(needs, [...used])) await rm(join(mediaFolder, name), { force: true });
  }
  const made = join(mediaFolder, madeFolder);
  for (const name of (await filesIn(made)).filter((one) => madeName.test(one)))
    await removeOld(join(made, name), clock.now() - (name.endsWith('.part') ? leastAgeMs : madeForMs));
}

async function finished({ mediaLedger, settings, clock }: SweepNeeds, files: readonly string[]) {
  const days = settings().keepMediaDays;
  return days === null ? [] : mediaLedger.doneWith(files, clock.now() - days * day);
}

/** No folder yet: nothing was ever put there. One that cannot be read is an error. */
function filesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
}

async function removeOld(path: string, before: Millis): Promise<void> {
  const changedAt = await stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => Number.POSITIVE_INFINITY, // Gone already, or not to be read: left alone.
  );
  if (changedAt < before) await rm(path, { force: true });
}
