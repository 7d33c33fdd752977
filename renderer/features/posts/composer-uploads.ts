import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { type CallError, toCallError } from '../../api/call-error.ts';
import { useApi } from '../../api/context.tsx';
import { type AddedMedia, takeFile } from '../../api/upload.ts';

/** A file that is on its way to the engine, or did not get there. */
export type Upload = {
  readonly id: number;
  /** Which list of files it is for. */
  readonly list: number;
  readonly name: string;
  readonly sent: number;
  readonly total: number;
  readonly error?: CallError;
};

export type Uploads = {
  readonly all: readonly Upload[];
  /** Brings files to the engine, one after the other, so that they keep their order. */
  take(list: number, files: readonly File[]): void;
  /** Cancels an upload, or takes away what is said about one that failed. */
  drop(id: number): void;
};

let lastId = 0;

/** Files on their way into a form; `onTaken` hears of each that arrived. What is not there yet ends with the page. */
export function useUploads(onTaken: (list: number, file: AddedMedia) => void): Uploads {
  const { link } = useApi();
  const [all, setAll] = useState<readonly Upload[]>([]);
  const aborts = useRef(new Map<number, AbortController>());
  const taken = useRef(onTaken);
  useLayoutEffect(() => {
    taken.current = onTaken;
  });
  useEffect(() => {
    const { current } = aborts;
    return () => {
      for (const abort of current.values()) abort.abort();
    };
  }, []);

  const forget = (id: number) => {
    aborts.current.delete(id);
    setAll((before) => before.filter((upload) => upload.id !== id));
  };
  const change = (id: number, part: Partial<Upload>) =>
    setAll((before) => before.map((upload) => (upload.id === id ? { ...upload, ...part } : upload)));

  const send = async (id: number, list: number, file: File) => {
    const abort = aborts.current.get(id);
    if (!abort || abort.signal.aborted) return;
    try {
      const added = await takeFile(link, file, {
        signal: abort.signal,
        onProgress: (sent, total) => change(id, { sent, total }),
      });
      if (abort.signal.aborted) return;
      forget(id);
      taken.current(list, added);
    } catch (error) {
      if (!abort.signal.aborted) change(id, { error: toCallError(error) });
    }
  };

  const take: Uploads['take'] = (list, files) => {
    const begun = files.map((file) => ({ id: ++lastId, file }));
    for (const { id } of begun) aborts.current.set(id, new AbortController());
    setAll((before) => [
      ...before,
      ...begun.map(({ id, file }) => ({ id, list, name: file.name, sent: 0, total: file.size })),
    ]);
    void (async () => {
      for (const { id, file } of begun) await send(id, list, file);
    })();
  };
  const drop = (id: number) => {
    aborts.current.get(id)?.abort();
    forget(id);
  };
  return { all, take, drop };
}

/** Files that are pasted; a text that also comes as a picture, as from a word processor, is meant as a text. */
export function pastedFiles(data: DataTransfer): File[] {
  return data.types.includes('text/plain') ? [] : [...data.files];
}
