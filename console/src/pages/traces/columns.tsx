import { visible } from '@opencts/client/api';
import type { ReactNode } from 'react';
import type { Trace } from '../../api/types.ts';
import { texts } from '../../texts/index.ts';
import { formatTime, type Zone } from '../../time.ts';

const NOTHING = '--';

export interface Column {
  id: keyof typeof texts.traces.columns;
  cell: (trace: Trace, zone: Zone) => ReactNode;
}

/** Columns of the list, in its order. */
export const COLUMNS: Column[] = [
  { id: 'trace_name', cell: (trace) => visible(trace.trace_name) },
  { id: 'service_type', cell: (trace) => visible(trace.service_type) },
  { id: 'resource_type', cell: (trace) => visible(trace.resource_type) },
  { id: 'resource_name', cell: (trace) => visible(trace.resource_name || NOTHING) },
  { id: 'resource_id', cell: (trace) => visible(trace.resource_id || NOTHING) },
  { id: 'user', cell: (trace) => visible(trace.user?.name || NOTHING) },
  { id: 'trace_rating', cell: (trace) => <Rating rating={trace.trace_rating} /> },
  { id: 'time', cell: (trace, zone) => formatTime(trace.time, zone) },
];

/** Told by shape and word, not by colour alone. */
export function Rating({ rating }: { rating: string }) {
  const shape = rating === 'normal' ? '●' : rating === 'warning' ? '▲' : '◆';
  return (
    <span className={`rating ${rating}`}>
      <span aria-hidden="true">{shape}</span> {texts.traces.status[rating] ?? rating}
    </span>
  );
}
