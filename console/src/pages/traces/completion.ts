import { FIELDS, fieldOf, quoted, shortName } from '@opencts/client/query';
import type { Api } from '../../api/client.ts';
import type { FacetValue } from '../../api/types.ts';

type Facet = Parameters<Api['facet']>[0];

/** Columns whose values the service lists. */
const FACETS: Readonly<Record<string, Facet>> = {
  user_name: 'user',
  service_type: 'service_type',
  resource_type: 'resource_type',
  trace_name: 'trace_name',
  trace_type: 'trace_type',
  tracker_name: 'tracker_name',
  source_ip: 'source_ip',
};
const RATINGS = ['failed', 'normal', 'warning', 'incident'];
const MOST = 20;

/** The end of a query, at which something is typed. */
export interface Typed {
  /** What stands before it. */
  before: string;
  /** The field that is named, with its colon; empty: none. */
  field: string;
  text: string;
  /** Of which values can be offered. */
  facet: Facet | undefined;
}

export function typedOf(query: string): Typed {
  const start = query.search(/[^\s(]*$/);
  const [, sign = '', name, text = ''] =
    /^(-?)(?:([A-Za-z_][A-Za-z0-9_.]*):)?(.*)$/.exec(query.slice(start)) ?? [];
  const [first = '', ...path] = (name ?? '').split('.');
  const known = fieldOf(first, path);
  const column = known && 'columns' in known ? known.columns[0] : undefined;
  return {
    before: query.slice(0, start) + sign,
    field: name === undefined ? '' : `${name}:`,
    text,
    facet: column && FACETS[column],
  };
}

/** A query as it would be when it is completed so. */
export interface Offer {
  value: string;
  label: string;
  count?: number;
  /** The trace's own name of the field. */
  name?: string;
}

/** What may stand at the end of a query. @param values of its field */
export function offersFor({ before, field, text }: Typed, values: readonly FacetValue[]): Offer[] {
  const typed = text.toLowerCase();
  if (field === '') {
    return FIELDS.map(({ name }) => ({ name, label: `${shortName(name)}:` }))
      .filter(({ name, label }) => name.startsWith(typed) || label.startsWith(typed))
      .map(({ name, label }) => ({ name, label, value: `${before}${label}` }));
  }
  const known = /^(?:status|rating|trace_rating):$/.test(field)
    ? RATINGS.map((value) => ({ value, count: undefined }))
    : values.map(({ value, count }) => ({ value, count }));
  return known
    .filter(({ value }) => value.toLowerCase().includes(typed.replace(/^"|"$/g, '')))
    .slice(0, MOST)
    .map(({ value, count }) => ({ label: value, count, value: `${before}${field}${quoted(value)} ` }));
}
