import { narrowed, quoted } from '@opencts/client/query';
import { familyOf, type View } from './view-state.ts';

/** What a view asks for, its filters too, as one query; at whatever time. */
export function wholeQuery(view: View): string {
  const { q, source, resourceType, by, value, users, status } = view;
  const family = familyOf(view);
  const terms: [field: string, values: readonly string[]][] = [
    ['source', [source]],
    ['type', [resourceType]],
    [by, [value]],
    ['user', users],
    ['status', [status]],
  ];
  return [
    ...(family === 'all' ? [] : [family === 'data' ? 'family:data' : '-family:data']),
    ...terms.flatMap(([field, values]) => {
      const given = values.filter((one) => one !== '');
      return given.length > 0 ? [`${field}:${given.map(quoted).join(',')}`] : [];
    }),
  ].reduce((query, term) => narrowed(query, term), q);
}
