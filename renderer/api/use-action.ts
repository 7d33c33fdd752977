import { useCallback, useRef, useState } from 'react';
import { type CallError, toCallError } from './call-error.ts';

export type Action = {
  readonly busy: boolean;
  readonly error: CallError | undefined;
  /** Does `work` unless some is under way; resolves to whether it succeeded. */
  run(work: () => Promise<void>): Promise<boolean>;
  clear(): void;
};

/** State of something that the user starts: busy, and the last error, unless `onError` takes it. */
export function useAction(onError?: (error: CallError) => void): Action {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<CallError>();
  const working = useRef(false);

  const run = useCallback(
    async (work: () => Promise<void>) => {
      if (working.current) return false;
      working.current = true;
      setBusy(true);
      setError(undefined);
      try {
        await work();
        return true;
      } catch (thrown) {
        (onError ?? setError)(toCallError(thrown));
        return false;
      } finally {
        working.current = false;
        setBusy(false);
      }
    },
    [onError],
  );
  const clear = useCallback(() => setError(undefined), []);
  return { busy, error, run, clear };
}
