import type { TraceLine } from '../../traces/index.ts';

/** The line of an ordinary trace, but for what is changed. */
export const line = (change: Partial<TraceLine>): TraceLine => ({
  trace_id: '00000000-0000-4000-8000-000000000001',
  trace_name: 'deleteServer',
  trace_rating: 'normal',
  trace_type: 'ApiCall',
  service_type: 'ECS',
  resource_type: 'ecs',
  time: 1,
  record_time: 1,
  ...change,
});
