import { visible } from '@opencts/client/api';
import type { ReactNode } from 'react';
import type { Trace } from '../../api/types.ts';
import { texts } from '../../texts/index.ts';
import { formatTime, type Zone } from '../../time.ts';

const NOTHING = '--';

/** Names of projects by their ids. */
export type Projects = ReadonlyMap<string, string>;

export interface Column {
  id: keyof typeof texts.traces.columns;
  cell: (trace: Trace, zone: Zone, projects: Projects) => ReactNode;
  /** Its share of the width, or as much as it takes. */
  track: `${number}fr` | `${number}px`;
  /** Not shown unless it is chosen. */
  isExtra?: true;
}

/** Columns that the list may have, in its order. */
export const COLUMNS: readonly Column[] = [
  { id: 'trace_name', track: '1.6fr', cell: (trace) => visible(trace.trace_name) },
  { id: 'service_type', track: '0.8fr', cell: (trace) => visible(trace.service_type) },
  { id: 'resource_type', track: '0.9fr', cell: (trace) => visible(trace.resource_type) },
  {
    id: 'resource_name',
    track: '1.4fr',
    cell: (trace) => visible(trace.resource_name || NOTHING),
  },
  { id: 'resource_id', track: '1.3fr', cell: (trace) => visible(trace.resource_id || NOTHING) },
  { id: 'user', track: '1fr', cell: (trace) => visible(trace.user?.name || NOTHING) },
  { id: 'source_ip', track: '0.9fr', cell: (trace) => visible(trace.source_ip || NOTHING) },
  {
    id: 'access_key_id',
    track: '1fr',
    cell: (trace) => visible(trace.user?.access_key_id || NOTHING),
    isExtra: true,
  },
  {
    id: 'trace_type',
    track: '0.7fr',
    cell: (trace) => visible(trace.trace_type),
    isExtra: true,
  },
  {
    id: 'code',
    track: '0.5fr',
    cell: (trace) => visible(trace.code || NOTHING),
    isExtra: true,
  },
  {
    id: 'project_id',
    track: '0.8fr',
    cell: (trace, _, projects) =>
      visible(projects.get(trace.project_id ?? '') ?? trace.project_id ?? NOTHING),
    isExtra: true,
  },
  { id: 'trace_rating', track: '112px', cell: (trace) => <Rating rating={trace.trace_rating} /> },
  { id: 'time', track: '215px', cell: (trace, zone) => formatTime(trace.time, zone) },
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
