import { type KeyboardEvent, type PointerEvent, useEffect, useRef, useState } from 'react';
import type { Bucket, Histogram } from '../../api/types.ts';
import { formatNumber } from '../../number.ts';
import { texts } from '../../texts/index.ts';
import { formatDay, formatTick, formatTime, type Zone } from '../../time.ts';

const HEIGHT = 96;
const AXIS = 20;
const LEFT = 44;
const DAY = 86_400_000;
const RATINGS = ['normal', 'warning', 'incident'] as const;
const words = texts.traces.histogram;

interface Props {
  histogram: Histogram | undefined;
  zone: Zone;
  /** A range was chosen, epoch ms. */
  onSelect: (from: number, to: number) => void;
}

/** Bars of traces over time, stacked by status; dragging or the keyboard chooses a range. */
export function TimeHistogram({ histogram, zone, onSelect }: Props) {
  const [frame, width] = useWidth();
  const [selection, setSelection] = useState<[number, number]>();
  const [hover, setHover] = useState<number>();
  if (!histogram) return <div className="histogram" ref={frame} style={{ height: HEIGHT + AXIS }} />;

  const { bucket_ms, from, to, buckets } = histogram;
  const first = from - (from % bucket_ms);
  const count = Math.max(1, Math.ceil((to - first) / bucket_ms));
  const highest = Math.max(1, ...buckets.map(total));
  const inner = Math.max(width - LEFT, 1);
  const bar = inner / count;
  const indexAt = (clientX: number, element: Element) => {
    const x = clientX - element.getBoundingClientRect().left - LEFT;
    return Math.min(count - 1, Math.max(0, Math.floor(x / bar)));
  };
  const choose = ([a, b]: [number, number]) => {
    setSelection(undefined);
    onSelect(first + Math.min(a, b) * bucket_ms, first + (Math.max(a, b) + 1) * bucket_ms - 1);
  };

  const pointer = {
    onPointerDown: (event: PointerEvent) => {
      event.currentTarget.setPointerCapture(event.pointerId);
      const index = indexAt(event.clientX, event.currentTarget);
      setSelection([index, index]);
    },
    onPointerMove: (event: PointerEvent) => {
      const index = indexAt(event.clientX, event.currentTarget);
      setHover(index);
      if (event.buttons === 1) setSelection((current) => current && [current[0], index]);
    },
    onPointerUp: (event: PointerEvent) => {
      if (selection) choose([selection[0], indexAt(event.clientX, event.currentTarget)]);
    },
    onPointerLeave: () => setHover(undefined),
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const [anchor, focus] = selection ?? [count - 1, count - 1];
    const step = event.key === 'ArrowLeft' ? -1 : event.key === 'ArrowRight' ? 1 : 0;
    if (step !== 0) {
      const next = Math.min(count - 1, Math.max(0, focus + step));
      setSelection(event.shiftKey ? [anchor, next] : [next, next]);
      setHover(next);
      event.preventDefault();
    } else if (event.key === 'Enter' && selection) {
      choose(selection);
    } else if (event.key === 'Escape') {
      setSelection(undefined);
    }
  };

  const pointed =
    hover === undefined ? undefined : buckets.find((bucket) => bucket.time === first + hover * bucket_ms);
  const ticks = Math.min(count, Math.max(2, Math.min(8, Math.floor(inner / 110))));
  return (
    <div className="histogram" ref={frame}>
      <svg
        width="100%"
        height={HEIGHT + AXIS}
        // On paper the frame has another width than it was drawn for.
        viewBox={`0 0 ${width} ${HEIGHT + AXIS}`}
        preserveAspectRatio="none"
        role="application"
        tabIndex={0}
        aria-label={`${words.title}. ${words.hint}`}
        onKeyDown={onKeyDown}
        {...pointer}
      >
        <text x={LEFT - 8} y={12} className="axis" textAnchor="end">
          {formatNumber(highest)}
        </text>
        <line x1={LEFT} x2={width} y1={HEIGHT} y2={HEIGHT} className="base" />
        {buckets.map((bucket) => (
          <Bar
            key={bucket.time}
            bucket={bucket}
            x={LEFT + ((bucket.time - first) / bucket_ms) * bar}
            width={bar}
            highest={highest}
          />
        ))}
        {hover !== undefined && (
          <rect x={LEFT + hover * bar} y={0} width={bar} height={HEIGHT} className="hover" />
        )}
        {selection && (
          <rect
            x={LEFT + Math.min(...selection) * bar}
            y={0}
            width={(Math.abs(selection[1] - selection[0]) + 1) * bar}
            height={HEIGHT}
            className="selection"
          />
        )}
        {Array.from({ length: ticks }, (_, index) => {
          // Under a bar stands its beginning, however wide it is.
          const under = Math.floor((count * (index + 0.5)) / ticks);
          const at = first + under * bucket_ms;
          return (
            <text
              key={at}
              x={LEFT + (under + 0.5) * bar}
              y={HEIGHT + 15}
              className="axis"
              textAnchor="middle"
            >
              {bucket_ms >= DAY ? formatDay(at, from, to) : formatTick(at, zone, to - from)}
            </text>
          );
        })}
      </svg>
      <output className="histogram-tip">
        {hover === undefined
          ? buckets.length === 0
            ? words.none
            : ''
          : `${formatTime(first + hover * bucket_ms, zone)} · ${RATINGS.map((rating) => `${texts.traces.status[rating]} ${formatNumber(pointed?.[rating] ?? 0)}`).join(' · ')}`}
      </output>
    </div>
  );
}

const total = (bucket: Bucket) => bucket.normal + bucket.warning + bucket.incident;

function Bar({ bucket, x, width, highest }: { bucket: Bucket; x: number; width: number; highest: number }) {
  let y = HEIGHT;
  return RATINGS.map((rating) => {
    if (bucket[rating] === 0) return null;
    // However few, they can be seen.
    const height = Math.max(2, (bucket[rating] / highest) * (HEIGHT - 8));
    y -= height;
    return (
      <rect
        key={rating}
        x={x + 0.5}
        y={y}
        width={Math.max(1, width - 1)}
        height={height}
        className={`bar ${rating}`}
      />
    );
  });
}

function useWidth(): [React.RefObject<HTMLDivElement | null>, number] {
  const frame = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(800);
  useEffect(() => {
    if (!frame.current) return;
    const observer = new ResizeObserver(([entry]) => entry && setWidth(entry.contentRect.width));
    observer.observe(frame.current);
    return () => observer.disconnect();
  }, []);
  return [frame, width];
}
