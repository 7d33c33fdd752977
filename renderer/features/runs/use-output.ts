import { useCallback, useEffect, useRef, useState } from 'react';
import type { OutputLine } from '../../../shared/index.ts';
import type { CallError } from '../../api/call-error.ts';
import { useApi } from '../../api/context.tsx';
import { followOutput, type OutputFollower } from './follow-output.ts';

export type LiveOutput = {
  readonly lines: readonly OutputLine[] | undefined;
  /** There are lines before the first one shown. */
  readonly earlier: boolean;
  readonly error: CallError | undefined;
  loadEarlier(): void;
};

/** The end of a run's output, kept going while the run does. */
export function useOutput(runId: string): LiveOutput {
  const api = useApi();
  const [lines, setLines] = useState<readonly OutputLine[]>();
  const [error, setError] = useState<CallError>();
  const follower = useRef<OutputFollower>(null);

  useEffect(() => {
    let frame = 0;
    let newest: readonly OutputLine[] = [];
    const followed = followOutput({
      fetch: (query) => api.call('runs.output', { id: runId, ...query }),
      fail: setError,
      show(next) {
        newest = next;
        // A flood of lines is drawn once a frame.
        frame ||= requestAnimationFrame(() => {
          frame = 0;
          setLines(newest);
        });
      },
    });
    follower.current = followed;
    const ends = [
      api.listen((announcement) => {
        if (announcement.name === 'runs.output' && announcement.runId === runId)
          followed.hear(announcement.lines);
      }),
      api.onReturn(() => void followed.catchUp()),
    ];
    void followed.start();
    return () => {
      followed.stop();
      cancelAnimationFrame(frame);
      for (const end of ends) end();
    };
  }, [api, runId]);

  const loadEarlier = useCallback(() => void follower.current?.loadEarlier(), []);
  return { lines, earlier: (lines?.[0]?.seq ?? 1) > 1, error, loadEarlier };
}
