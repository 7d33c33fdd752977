import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef, useState } from 'react';
import type { OutputLine } from '../../../shared/index.ts';
import { Button } from '../../ui/button.tsx';
import { LogLine } from './log-line.tsx';

type LogLinesProps = {
  lines: readonly OutputLine[];
  /** Name of the step at a position; a line that begins another step than the one before is headed by it. */
  stepName: (step: number) => string | undefined;
  search: string;
  /** Stay at the end while lines come, until the user scrolls up. */
  follow: boolean;
  earlier: boolean;
  onEarlier: () => void;
  empty: string;
};

const lineHeight = 20;
/** Pixels from the end within which the view counts as being there. */
const nearEnd = 40;

/** Lines of output; only those in sight are drawn. */
export function LogLines({ lines, stepName, search, follow, earlier, onEarlier, empty }: LogLinesProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const [atEnd, setAtEnd] = useState(true);
  const virtualizer = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => lineHeight,
    getItemKey: (index) => lines[index]?.seq ?? index,
    overscan: 20,
    anchorTo: follow ? 'end' : 'start',
    followOnAppend: follow,
    scrollEndThreshold: nearEnd,
    initialOffset: follow ? Number.MAX_SAFE_INTEGER : 0,
    onChange: (instance) => setAtEnd(instance.isAtEnd(nearEnd)),
  });

  return (
    <div className="log-frame">
      <div
        ref={scroller}
        className="log"
        role="log"
        aria-live="off"
        aria-label="Lines of output"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
      >
        {earlier && (
          <div className="log-earlier">
            <Button small onClick={onEarlier}>
              Show earlier lines
            </Button>
          </div>
        )}
        {lines.length === 0 && <p className="log-empty">{empty}</p>}
        <div className="log-space" style={{ height: virtualizer.getTotalSize() }}>
          {virtualizer.getVirtualItems().map((virtual) => {
            const line = lines[virtual.index];
            if (!line) return null;
            const before = lines[virtual.index - 1];
            return (
              <div
                key={virtual.key}
                ref={virtualizer.measureElement}
                data-index={virtual.index}
                className="log-item"
                style={{ transform: `translateY(${virtual.start}px)` }}
              >
                {before?.step !== line.step && stepName(line.step) && (
                  <p className="log-step">{stepName(line.step)}</p>
                )}
                <LogLine line={line} search={search} />
              </div>
            );
          })}
        </div>
      </div>
      {follow && !atEnd && (
        <div className="log-follow">
          <Button small icon="down" onClick={() => virtualizer.scrollToEnd()}>
            Follow
          </Button>
        </div>
      )}
    </div>
  );
}
