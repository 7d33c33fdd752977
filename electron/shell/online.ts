import type { Clock } from '../../shared/index.ts';

/** Electron has no event for this in the main process. */
const onlineCheckMillis = 15_000;

/** Calls `cameOnline` when the machine has a network again; the result ends that. */
export function watchOnline(clock: Clock, isOnline: () => boolean, cameOnline: () => void): () => void {
  let before = isOnline();
  let cancel = () => {};
  const look = () => {
    const now = isOnline();
    if (now && !before) cameOnline();
    before = now;
    cancel = clock.setTimer(onlineCheckMillis, look);
  };
  cancel = clock.setTimer(onlineCheckMillis, look);
  return () => cancel();
}
