import type { DraftMedia, Hosted, Session } from '../adapter.ts';
import { pause } from '../pause.ts';
import type { Profile } from './profile.ts';
import { addressOfUpload, uploadOne } from './upload.ts';

/** Seconds between looks for the address, where the answer to the upload had none. */
const looks = [1, 2, 4, 8];

/** Lends a file an address: an upload that no post will have, which the server forgets by itself (networks.md §1.5). */
export async function hostUpload(session: Session, media: DraftMedia, profile: Profile): Promise<Hosted> {
  const uploaded = await uploadOne(session, media, profile);
  if (uploaded.kind === 'refused') return uploaded;
  const until = session.clock.now() + profile.quirks.uploadForMs;
  if (uploaded.url !== null) return { kind: 'hosted', url: uploaded.url, until };
  for (const seconds of looks) {
    if (!(await pause(session.clock, seconds * 1000, session.signal))) break;
    const url = await addressOfUpload(session, uploaded.id);
    if (url !== null) return { kind: 'hosted', url, until };
  }
  return {
    kind: 'later',
    why: `${new URL(session.account.server).host} has not given the file an address yet`,
  };
}
