import { useCallback, useEffect, useState, useSyncExternalStore } from 'react';
import { type MediaLook, type ThumbnailWidth, thumbnailAddress } from '../../shared/index.ts';
import type { Api } from './api.ts';
import { CallError, toCallError } from './call-error.ts';
import { useApi } from './context.tsx';
import { createPictureStore, type Picture, type PictureStore } from './picture-store.ts';
import { timer } from './timer.ts';

/** How a file of a post is shown. */
export type MediaUrl = {
  /** For the `src` of an `<img>`; undefined until it is there, and for what has no picture. */
  url?: string;
  /** What the file is; known where it has no picture: a film, a sound, a type that Belfry cannot open. */
  look?: MediaLook;
  /** Why it cannot be shown. */
  error?: CallError;
  busy: boolean;
  /** To be called when an `<img>` could not load `url`. */
  onError: () => void;
};

type Found = { look: MediaLook } | { error: CallError };

const stores = new WeakMap<Api, PictureStore>();
const busy: Picture = { state: 'busy' };

/** The thumbnail of a file, by its path as in a post (also `media:ID`); null as path shows nothing. */
export function useMediaUrl(path: string | null, width: ThumbnailWidth): MediaUrl {
  const api = useApi();
  const address = path === null ? null : thumbnailAddress(path, width);
  const fetched = useFetched(api, api.link.media.direct ? null : address);
  const [failed, setFailed] = useState<string | null>(null);
  const [found, setFound] = useState<{ address: string; found: Found } | null>(null);
  const onError = useCallback(() => setFailed(address), [address]);

  const picture: Picture =
    address === null
      ? busy
      : failed === address
        ? { state: 'here', url: null }
        : api.link.media.direct
          ? { state: 'here', url: address }
          : fetched;
  const isWithout = picture.state === 'here' && picture.url === null;
  useEffect(() => {
    if (!isWithout || path === null || address === null) return undefined;
    let isWanted = true;
    const keep = (answer: Found) => isWanted && setFound({ address, found: answer });
    lookAt(api, path).then(keep, (error: unknown) => keep({ error: toCallError(error) }));
    return () => {
      isWanted = false;
    };
  }, [api, path, address, isWithout]);

  if (picture.state === 'refused') return { error: picture.error, busy: false, onError };
  if (picture.state === 'busy') return { busy: address !== null, onError };
  if (picture.url !== null) return { url: picture.url, busy: false, onError };
  if (found?.address !== address) return { busy: true, onError };
  return { ...found.found, busy: false, onError };
}

/** What a file is; a picture that is in order and was not shown all the same is an error, too. */
async function lookAt(api: Api, path: string): Promise<Found> {
  const look = await api.call('media.look', { path });
  if (look.problem) return { error: new CallError(look.problem) };
  if (!look.thumbnail) return { look };
  return {
    error: new CallError({
      code: 'INTERNAL',
      message: `INTERNAL: The picture cannot be shown now, ${look.name}. It was not made in time, or changed meanwhile. Try again.`,
    }),
  };
}

/** A picture that the window fetches itself, as state; null fetches nothing. */
function useFetched(api: Api, address: string | null): Picture {
  const store = storeOf(api);
  const subscribe = useCallback(
    (changed: () => void) => (address === null ? () => {} : store.show(address, changed)),
    [store, address],
  );
  return useSyncExternalStore(subscribe, () => (address === null ? busy : store.state(address)));
}

function storeOf(api: Api): PictureStore {
  const known = stores.get(api);
  if (known) return known;
  const made = createPictureStore({
    link: api.link.media,
    fetch: (input, init) => window.fetch(input, init),
    wait: timer,
  });
  stores.set(api, made);
  return made;
}
