import { CallError, toCallError } from './call-error.ts';
import type { MediaLink, Wait } from './link.ts';
import { readMediaError } from './upload.ts';

/** A picture on its way, here, or refused. `url` is null where a file has no picture. */
export type Picture =
  | { state: 'busy' }
  | { state: 'here'; url: string | null }
  | { state: 'refused'; error: CallError };

/** Pictures that were fetched, each once however many show it. */
export type PictureStore = {
  state(address: string): Picture;
  /** Shows a picture until the result is called; `changed` hears of each state. */
  show(address: string, changed: () => void): () => void;
};

type Kept = { picture: Picture; listeners: Set<() => void>; stop: AbortController; cancel: () => void };

/** Left for others, so that calls never wait behind pictures: a browser opens six connections. */
const atOnce = 3;
/** A picture that nothing shows any more is given up after this: a list that is scrolled back has it still. */
const unusedMs = 10_000;

const busy: Picture = { state: 'busy' };

/** A store over `link`; URLs are those of `URL.createObjectURL`, revoked when nothing shows them any more. */
export function createPictureStore(deps: {
  link: Pick<MediaLink, 'headers' | 'refused'>;
  fetch: typeof fetch;
  wait: Wait;
}): PictureStore {
  const { link, wait } = deps;
  const kept = new Map<string, Kept>();
  const waiting: (() => Promise<void>)[] = [];
  let working = 0;

  const next = () => {
    const work = working < atOnce ? waiting.shift() : undefined;
    if (!work) return;
    working += 1;
    void work().finally(() => {
      working -= 1;
      next();
    });
  };
  const load = async (address: string, signal: AbortSignal): Promise<Picture> => {
    const headers = await link.headers();
    const response = headers && (await deps.fetch(address, { headers, signal }));
    if (response?.status === 401) link.refused();
    if (response?.status === 204) return { state: 'here', url: null };
    if (!response?.ok) return { state: 'refused', error: await readMediaError(response) };
    return { state: 'here', url: URL.createObjectURL(await response.blob()) };
  };
  const begin = (address: string): Kept => {
    const entry: Kept = {
      picture: busy,
      listeners: new Set(),
      stop: new AbortController(),
      cancel: () => {},
    };
    const { signal } = entry.stop;
    waiting.push(async () => {
      if (signal.aborted) return;
      const picture = await load(address, signal).catch(
        (error: unknown): Picture => ({ state: 'refused', error: lost(error) }),
      );
      // Given up meanwhile: nothing would ever revoke it.
      if (signal.aborted) return revoke(picture);
      entry.picture = picture;
      for (const changed of entry.listeners) changed();
    });
    next();
    return entry;
  };
  const giveUp = (address: string, entry: Kept) => {
    kept.delete(address);
    entry.stop.abort();
    revoke(entry.picture);
  };
  return {
    state: (address) => kept.get(address)?.picture ?? busy,
    show(address, changed) {
      const entry = kept.get(address) ?? begin(address);
      kept.set(address, entry);
      entry.cancel();
      entry.listeners.add(changed);
      return () => {
        entry.listeners.delete(changed);
        if (entry.listeners.size > 0) return;
        // What is refused is asked for again when it is shown again.
        if (entry.picture.state === 'here') entry.cancel = wait(unusedMs, () => giveUp(address, entry));
        else giveUp(address, entry);
      };
    },
  };
}

function revoke(picture: Picture): void {
  if (picture.state === 'here' && picture.url !== null) URL.revokeObjectURL(picture.url);
}

/** `fetch` rejects with a TypeError for whatever keeps an answer away. */
function lost(error: unknown): CallError {
  if (!(error instanceof TypeError)) return toCallError(error);
  return new CallError({
    code: 'NOT_RUNNING',
    message:
      'NOT_RUNNING: Belfry does not answer, at this address. It was stopped or is restarting. Start it again; this window reconnects by itself.',
  });
}
