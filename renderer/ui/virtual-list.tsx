import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type ReactNode, useEffect, useRef } from 'react';

type VirtualListProps<T> = {
  /** What the list is, for screen readers. */
  label: string;
  items: readonly T[];
  keyOf: (item: T) => string;
  /** Height of a row in pixels before it was measured. */
  rowHeight: number;
  className: string;
  /** Names of the columns, or what stands in their heads; the row renders one `td` for each. */
  columns: readonly (string | { name: string; head: ReactNode })[];
  row: (item: T) => ReactNode;
  /** Called when the end comes near and there may be more. */
  onNearEnd?: (() => void) | undefined;
  /** Where the list was left, by name, to return there. */
  remember: string;
};

const places = new Map<string, number>();
const overscan = 8;
/** Height of the row of column names, as the style sheet sets it. */
const headHeight = 36;

/** A table that only draws the rows in sight. Arrow keys, Home and End move between the rows' main links. */
export function VirtualList<T>(props: VirtualListProps<T>) {
  const { label, items, keyOf, rowHeight, className, columns, row, onNearEnd, remember } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => {
      const item = items[index];
      return item === undefined ? index : keyOf(item);
    },
    overscan,
    scrollMargin: headHeight,
    scrollPaddingStart: headHeight,
    initialOffset: () => places.get(remember) ?? 0,
  });
  const rows = virtualizer.getVirtualItems();
  const last = rows.at(-1)?.index ?? 0;
  useEffect(() => {
    if (onNearEnd && items.length > 0 && last >= items.length - 2 * overscan) onNearEnd();
  }, [last, items.length, onNearEnd]);

  const focusRow = (index: number) => {
    const target = Math.max(0, Math.min(items.length - 1, index));
    virtualizer.scrollToIndex(target);
    // The row is drawn in the next frame when it was out of sight.
    requestAnimationFrame(() => {
      requestAnimationFrame(() => {
        scroller.current?.querySelector<HTMLElement>(`[data-index="${target}"] [data-main]`)?.focus();
      });
    });
  };
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const from = event.target instanceof Element ? event.target.closest('[data-index]') : null;
    const step = keySteps[event.key];
    if (!from || !step || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    focusRow(step(Number(from.getAttribute('data-index')), items.length));
  };

  return (
    <div
      ref={scroller}
      className={`list ${className}`}
      onScroll={(event) => places.set(remember, event.currentTarget.scrollTop)}
    >
      <table aria-label={label} aria-rowcount={items.length + 1}>
        <thead>
          <tr aria-rowindex={1} className="list-row">
            {columns.map((column) => (
              <th scope="col" key={typeof column === 'string' ? column : column.name}>
                {typeof column === 'string' ? column : column.head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody onKeyDown={onKeyDown} style={{ height: virtualizer.getTotalSize() }}>
          {rows.map((virtual) => {
            const item = items[virtual.index];
            return item === undefined ? null : (
              <tr
                key={virtual.key}
                ref={virtualizer.measureElement}
                data-index={virtual.index}
                aria-rowindex={virtual.index + 2}
                className="list-row"
                style={{ transform: `translateY(${virtual.start - headHeight}px)` }}
              >
                {row(item)}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

const keySteps: Record<string, (index: number, count: number) => number> = {
  ArrowDown: (index) => index + 1,
  ArrowUp: (index) => index - 1,
  Home: () => 0,
  End: (_, count) => count - 1,
};
