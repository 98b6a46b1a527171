import { useMemo } from 'react';
import { useSearchParams } from 'react-router-dom';
import type { Parameters } from '../../api/client.ts';
import { PROJECT } from '../../api/session.ts';

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

/** What is done to resources, and what to the objects of buckets. */
export type Family = 'system' | 'data';

export const STATUSES = ['normal', 'warning', 'incident', 'failed'] as const;

/** What the page shows; all of it stands in the address bar. */
export interface View {
  /** `1h`, `1d`, `7d`, `30d`, `1y`, `all`, or `<from>-<to>` in epoch ms. */
  range: string;
  /** Empty: as {@link familyOf} says. */
  type: '' | 'all' | Family;
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
  /** Which end of the time comes first. */
  order: 'newest' | 'oldest';
  /** In all projects whose traces the user may read, or in the one that is chosen. */
  projects: '' | 'all';
  /** Columns of the list, by commas; empty: those that were chosen in this browser. */
  columns: string;
  /** Search in the archive whose findings are shown. */
  search: string;
}

export const DEFAULT_VIEW: View = {
  range: '1h',
  type: '',
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
  order: 'newest',
  projects: '',
  columns: '',
  search: '',
};

const TYPES = ['all', 'system', 'data'] as const;

function read(parameters: URLSearchParams): View {
  const text = (name: string, fallback = '') => parameters.get(name) ?? fallback;
  const range = text('range');
  return {
    range: isRange(range) ? range : DEFAULT_VIEW.range,
    type: TYPES.find((type) => type === text('type')) ?? '',
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
    order: text('order') === 'oldest' ? 'oldest' : 'newest',
    projects: text('projects') === 'all' ? 'all' : '',
    columns: text('columns'),
    search: text('search'),
  };
}

/** The address of a view, without its project. */
export function addressOf(view: View): URLSearchParams {
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
  set('order', view.order, DEFAULT_VIEW.order);
  set('projects', view.projects);
  set('columns', view.columns);
  set('search', view.search);
  return parameters;
}

/** What of the view becomes another, perhaps because of what it is. */
export type Change = Partial<View> | ((before: View) => Partial<View>);

/** Members of the view of which a change is no step that one would go back. */
const PASSING: ReadonlySet<string> = new Set(['expanded', 'live', 'columns']);

/**
 * The view in the address bar. A change of what is asked makes a step back possible; unfolding a row does not, nor what
 * is said to be no `step`.
 */
export function useView(): [View, (change: Change, step?: boolean) => void] {
  const [parameters, setParameters] = useSearchParams();
  const view = useMemo(() => read(parameters), [parameters]);
  const change = (next: Change, step = true) => {
    const isPassing = typeof next !== 'function' && Object.keys(next).every((key) => PASSING.has(key));
    setParameters(
      (current) => {
        const before = read(current);
        const address = addressOf({ ...before, ...(typeof next === 'function' ? next(before) : next) });
        const project = current.get(PROJECT);
        if (project !== null) address.set(PROJECT, project);
        return address;
      },
      { replace: isPassing || !step },
    );
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

/** A query looks into both families, unless one of them is chosen; the filters alone look into one. */
export function familyOf({ type, q }: View): 'all' | Family {
  if (q === '') return type === 'data' ? 'data' : 'system';
  return type || 'all';
}

/** Of which traces values are offered: the same range for ten seconds, so that they are not asked for at every stroke. */
export const steadyRange = (range: string) => resolveRange(range, Math.ceil(Date.now() / 10_000) * 10_000);

/** Whether new traces appear by themselves: they would come at the end of another order, and in no range of the past. */
export const canBeLive = ({ range, order }: View) => !range.includes('-') && order === 'newest';

/** What is asked of the service: the filters, without range and page. */
export function filtersOf(view: View): Parameters {
  const family = familyOf(view);
  return {
    projects: view.projects || undefined,
    trace_type: family === 'all' ? undefined : family,
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
  return JSON.stringify([view.range, view.order, filtersOf(view)]);
}
