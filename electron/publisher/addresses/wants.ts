import type { DraftMedia, Limits } from '../../networks/index.ts';

/** Whether the network fetches a file from a public address. */
export function wantsAddress(
  { fetches }: Pick<Limits, 'fetches'>,
  { mime }: Pick<DraftMedia, 'mime'>,
): boolean {
  return fetches === 'everything' || (fetches === 'pictures' && mime.startsWith('image/'));
}

/** Why a file without an address cannot go out, and what to do. */
export function homeless({ publicUrl }: Pick<DraftMedia, 'publicUrl'>): string {
  const what =
    publicUrl === null ? 'has no public address' : 'has to be changed, and stands unchanged at its address';
  return `${what}, which Instagram fetches it from; give its "url", or choose once where Belfry puts such files: belfry accounts media`;
}
