import type { Clock } from '../../shared/index.ts';

/** Longest wait before a change is told; a thousand posts going out are a few announcements and not three thousand. */
const calmMs = 250;

/** Tells at once, and then at most four times a second as long as changes come; `flush` tells what was held back. */
export function calmly(clock: Clock, tell: () => void): (() => void) & { flush(): void } {
  let cancel: (() => void) | undefined;
  let again = false;
  const ring = () => {
    cancel = undefined;
    if (!again) return;
    again = false;
    call();
  };
  const call = () => {
    if (cancel) {
      again = true;
      return;
    }
    tell();
    cancel = clock.setTimer(calmMs, ring);
  };
  const flush = () => {
    cancel?.();
    cancel = undefined;
    if (again) tell();
    again = false;
  };
  return Object.assign(call, { flush });
}
