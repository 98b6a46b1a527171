import { type KeyboardEvent, type PointerEvent, useRef } from 'react';
import { texts } from '../../texts/index.ts';
import type { Column } from './columns.tsx';
import { type Layout, LEAST_WIDTH } from './layout.ts';
import type { View } from './view-state.ts';

const words = texts.traces;
/** By which an arrow key makes a column wider or narrower, px. */
const STEP = 16;

interface Props {
  layout: Layout;
  /** Absent: the order cannot be chosen. */
  order?: View['order'] | undefined;
  onOrder?: ((order: View['order']) => void) | undefined;
}

/** Names of the columns, whose edges can be drawn; the time leads to the other order. */
export function TableHead({ layout, order, onOrder }: Props) {
  return (
    <div role="rowgroup" className="traces-head">
      <div role="row" className="trace-row">
        <span role="columnheader" aria-label={words.row.expand} />
        {layout.columns.map((column) => {
          const isTime = column.id === 'time' && onOrder !== undefined;
          const name = words.columns[column.id];
          return (
            <span
              role="columnheader"
              key={column.id}
              className={`c-${column.id}`}
              aria-sort={isTime ? (order === 'oldest' ? 'ascending' : 'descending') : undefined}
            >
              {isTime ? (
                <button
                  type="button"
                  className="sort"
                  title={order === 'oldest' ? words.newestFirst : words.oldestFirst}
                  onClick={() => onOrder(order === 'oldest' ? 'newest' : 'oldest')}
                >
                  {name} <span aria-hidden="true">{order === 'oldest' ? '▲' : '▼'}</span>
                </button>
              ) : (
                name
              )}
              {column.track.endsWith('fr') && <Edge column={column} layout={layout} />}
            </span>
          );
        })}
      </div>
    </div>
  );
}

/** Drawn with the pointer or moved with arrow keys; a double click gives the column its ordinary width back. */
function Edge({ column, layout }: { column: Column; layout: Layout }) {
  const drawn = useRef<{ from: number; width: number }>(undefined);
  const widthOf = (element: Element) => element.parentElement?.getBoundingClientRect().width ?? 0;
  const resize = (width: number) => layout.resize(column.id, Math.max(LEAST_WIDTH, width));
  const pointer = {
    onPointerDown: (event: PointerEvent) => {
      event.currentTarget.setPointerCapture(event.pointerId);
      drawn.current = { from: event.clientX, width: widthOf(event.currentTarget) };
    },
    onPointerMove: (event: PointerEvent) => {
      if (drawn.current && event.buttons === 1)
        resize(drawn.current.width + event.clientX - drawn.current.from);
    },
    onPointerUp: () => {
      drawn.current = undefined;
    },
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowLeft' ? -STEP : event.key === 'ArrowRight' ? STEP : 0;
    if (step === 0) return;
    event.preventDefault();
    resize(widthOf(event.currentTarget) + step);
  };
  return (
    <button
      type="button"
      className="edge"
      aria-label={words.resize(words.columns[column.id])}
      onDoubleClick={() => layout.resize(column.id, undefined)}
      onKeyDown={onKeyDown}
      {...pointer}
    />
  );
}
