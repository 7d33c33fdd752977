import { stat } from 'node:fs/promises';
import type { DraftMedia, Refusal } from './adapter.ts';

/** Why a stored file cannot be sent as it was added; null when it can. */
export async function fileProblem(media: DraftMedia): Promise<Refusal | null> {
  const bytes = await stat(media.path).then(
    (found) => found.size,
    () => null, // Whatever keeps us from reading it, the file is not there to be sent.
  );
  if (bytes === media.bytes) return null;
  const why =
    bytes === null
      ? `The file ${media.path} cannot be read`
      : `The file ${media.path} has ${bytes} bytes instead of ${media.bytes}`;
  return { class: 'edit', code: 'NOT_FOUND', why, notBefore: null };
}
