import type { OutputLine } from '../../../shared/index.ts';
import { type CallError, toCallError } from '../../api/call-error.ts';
import { addEarlier, addFetched, addLines } from './output-lines.ts';

/** What is asked of the store: the end of the output, or what follows a line. */
export type OutputQuery = { tail: true; limit: number } | { after: number; limit: number };

type Deps = {
  /** Lines of the run, oldest first. */
  fetch(query: OutputQuery): Promise<readonly OutputLine[]>;
  /** The lines held have changed. */
  show(lines: readonly OutputLine[]): void;
  /** The last fetch failed, or (undefined) succeeded. */
  fail(error: CallError | undefined): void;
};

export type OutputFollower = {
  /** Fetches the end of the output; to be called once. */
  start(): Promise<void>;
  /** Lines that were announced; what was lost before them is fetched. */
  hear(lines: readonly OutputLine[]): void;
  /** Fetches what may have been announced unheard. */
  catchUp(): Promise<void>;
  /** Fetches a page of lines before the first one held. */
  loadEarlier(): Promise<void>;
  /** Nothing is shown from now on. */
  stop(): void;
};

const page = 1000;
const mostAtOnce = 10_000;

/** Keeps the output of one run complete, whatever gets lost, doubled or late between engine and window. */
export function followOutput({ fetch, show, fail }: Deps): OutputFollower {
  let held: readonly OutputLine[] = [];
  let stopped = false;
  let fetching = false;
  let again = false;
  let pagingBack = false;

  const hold = (lines: readonly OutputLine[]) => {
    held = lines;
    show(held);
  };

  async function fetchOnce(query: OutputQuery): Promise<void> {
    fetching = true;
    again = false;
    try {
      const lines = await fetch(query);
      if (stopped) return;
      fail(undefined);
      hold(addFetched(held, lines));
      again ||= lines.length === mostAtOnce;
    } catch (error) {
      if (!stopped) fail(toCallError(error));
    } finally {
      fetching = false;
    }
  }

  async function fetchAll(first: OutputQuery): Promise<void> {
    await fetchOnce(first);
    // Lines that were announced meanwhile may be newer than the answer.
    while (again && !stopped) await fetchOnce(rest());
  }

  const rest = (): OutputQuery => ({ after: held.at(-1)?.seq ?? 0, limit: mostAtOnce });

  async function catchUp(): Promise<void> {
    if (fetching) again = true;
    else await fetchAll(rest());
  }

  return {
    start: () => fetchAll({ tail: true, limit: page }),
    catchUp,
    hear(lines) {
      if (stopped) return;
      if (fetching) {
        again = true;
        return;
      }
      const next = addLines(held, lines);
      if (next.gap) void catchUp();
      else hold(next.lines);
    },
    async loadEarlier() {
      const first = held[0]?.seq ?? 1;
      if (first <= 1 || pagingBack) return;
      pagingBack = true;
      try {
        const lines = await fetch({ after: Math.max(0, first - 1 - page), limit: page });
        if (!stopped) hold(addEarlier(held, lines));
      } catch (error) {
        if (!stopped) fail(toCallError(error));
      } finally {
        pagingBack = false;
      }
    },
    stop() {
      stopped = true;
    },
  };
}
