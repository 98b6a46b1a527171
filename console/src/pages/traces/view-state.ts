import { useMemo } from 'react';
import { useSearchParams } from 'react-router-dom';
import type { Parameters } from '../../api/client.ts';

const DAY = 86_400_000;
/** Before any trace: the beginning of what can be asked for. */
const BEGINNING = 946_684_800_000;
const SPANS: Record<string, number> = {
  '1h': 3_600_000,
  '1d': DAY,
  '7d': 7 * DAY,
  '30d': 30 * DAY,
  '1y': 365 * DAY,
};

/** Epoch ms with at most 13 digits: until the year 2286. */
const OWN_RANGE = /^(\d{1,13})-(\d{1,13})$/;

/** Whether it is one of those that {@link View} names; any text can stand in the address. */
function isRange(range: string): boolean {
  const [, from, to] = OWN_RANGE.exec(range) ?? [];
  return range === 'all' || Object.hasOwn(SPANS, range) || (from !== undefined && Number(from) <= Number(to));
}

export const STATUSES = ['normal', 'warning', 'incident', 'failed'] as const;

/** What the page shows; all of it stands in the address bar. */
export interface View {
  /** `1h`, `1d`, `7d`, `30d`, `1y`, `all`, or `<from>-<to>` in epoch ms. */
  range: string;
  type: 'system' | 'data';
  /** In the query language. */
  q: string;
  source: string;
  resourceType: string;
  by: string;
  value: string;
  users: string[];
  status: '' | (typeof STATUSES)[number];
  /** Trace that is open in the view. */
  trace: string;
  expanded: string[];
  live: boolean;
  /** Search in the archive whose findings are shown. */
  search: string;
}

export const DEFAULT_VIEW: View = {
  range: '1h',
  type: 'system',
  q: '',
  source: '',
  resourceType: '',
  by: 'trace_name',
  value: '',
  users: [],
  status: '',
  trace: '',
  expanded: [],
  live: false,
  search: '',
};

function read(parameters: URLSearchParams): View {
  const text = (name: string, fallback = '') => parameters.get(name) ?? fallback;
  const range = text('range');
  return {
    range: isRange(range) ? range : DEFAULT_VIEW.range,
    type: text('type') === 'data' ? 'data' : 'system',
    q: text('q'),
    source: text('source'),
    resourceType: text('resource_type'),
    by: text('by', DEFAULT_VIEW.by),
    value: text('value'),
    users: parameters.getAll('user'),
    status: STATUSES.find((status) => status === text('status')) ?? '',
    trace: text('trace'),
    expanded: parameters.getAll('open'),
    live: text('live') === '1',
    search: text('search'),
  };
}

function write(view: View): URLSearchParams {
  const parameters = new URLSearchParams();
  const set = (name: string, value: string, fallback = '') => {
    if (value !== fallback) parameters.set(name, value);
  };
  set('range', view.range, DEFAULT_VIEW.range);
  set('type', view.type, DEFAULT_VIEW.type);
  set('q', view.q);
  set('source', view.source);
  set('resource_type', view.resourceType);
  set('by', view.by, DEFAULT_VIEW.by);
  set('value', view.value);
  for (const user of view.users) parameters.append('user', user);
  set('status', view.status);
  set('trace', view.trace);
  for (const id of view.expanded) parameters.append('open', id);
  set('live', view.live ? '1' : '');
  set('search', view.search);
  return parameters;
}

/** What of the view becomes another, perhaps because of what it is. */
export type Change = Partial<View> | ((before: View) => Partial<View>);

/** The view in the address bar. A change of what is asked makes a step back possible; unfolding a row does not. */
export function useView(): [View, (change: Change) => void] {
  const [parameters, setParameters] = useSearchParams();
  const view = useMemo(() => read(parameters), [parameters]);
  const change = (next: Change) => {
    const isPassing = (changed: Partial<View>) =>
      Object.keys(changed).every((key) => key === 'expanded' || key === 'live');
    const changed = (before: View) => (typeof next === 'function' ? next(before) : next);
    setParameters((current) => write({ ...read(current), ...changed(read(current)) }), {
      replace: typeof next !== 'function' && isPassing(next),
    });
  };
  return [view, change];
}

/** The instants that a range means now; both exclusive. What is no range means the default. */
export function resolveRange(range: string, now: number): { from: number; to: number } {
  if (range === 'all') return { from: BEGINNING, to: now + 1000 };
  const [, from, to] = OWN_RANGE.exec(range) ?? [];
  if (from !== undefined) return { from: Number(from) - 1, to: Number(to) + 1 };
  const span = SPANS[range] ?? SPANS[DEFAULT_VIEW.range] ?? 0;
  return { from: now - span, to: now + 1000 };
}

/** What is asked of the service: the filters, without range and page. */
export function filtersOf(view: View): Parameters {
  return {
    // A query looks into both families, unless one of them is chosen.
    trace_type: view.q !== '' && view.type === DEFAULT_VIEW.type ? undefined : view.type,
    q: view.q === '' ? undefined : view.q,
    service_type: view.source,
    resource_type: view.resourceType,
    [view.by]: view.value,
    user: view.users,
    trace_rating: view.status,
  };
}

/** Changes whenever another list has to be loaded. */
export function queryKey(view: View): string {
  return JSON.stringify([view.range, filtersOf(view)]);
}
