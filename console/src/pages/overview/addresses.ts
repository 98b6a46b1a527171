import type { Family } from '../traces/view-state.ts';

/** The trace list, filtered; names and values as its address bar has them. */
export function traceList(range: string, filters: Record<string, string> = {}): string {
  return `/?${given({ range, ...filters })}`;
}

/** What names a resource; empty where a trace does not tell. */
export interface Resource {
  resource_id: string;
  resource_name: string;
  resource_type: string;
  service_type: string;
}

/**
 * What tells a resource from others: its id, which stays when it is renamed. Where there is none, and of data,
 * whose id is that of the bucket, it is known by its name.
 */
export function keyOf(resource: Resource, type: Family): Partial<Resource> {
  const { resource_id, resource_name } = resource;
  return resource_id && (type === 'system' || !resource_name) ? { resource_id } : resource;
}

/** The filters of the trace list that stand for a resource; it has one field for an id or a name. */
export function resourceFilters(resource: Resource, type: Family): Record<string, string> {
  const { resource_id, resource_name, resource_type, service_type } = keyOf(resource, type);
  return resource_name
    ? {
        type,
        by: 'resource_name',
        value: resource_name,
        source: service_type ?? '',
        resource_type: resource_type ?? '',
      }
    : { type, by: 'resource_id', value: resource_id ?? '' };
}

/** The timeline of a resource. Undefined: nothing says which one it is. */
export function resourcePage(resource: Partial<Resource>, type: Family): string | undefined {
  const {
    resource_id: id = '',
    resource_name: name = '',
    resource_type = '',
    service_type: source = '',
  } = resource;
  if (!id && !name) return undefined;
  return `/resource?${given(id && type === 'system' ? { id } : { type, id, name, source, resource_type })}`;
}

export const operatorPage = (name: string, type: Family) => `/operator?${given({ type, name })}`;

/** Parameters of an address without those that are empty or go without saying. */
function given(parameters: Record<string, string>): URLSearchParams {
  return new URLSearchParams(
    Object.entries(parameters).filter(
      ([name, value]) => value !== '' && !(name === 'type' && value === 'system'),
    ),
  );
}
