import Badge from '@cloudscape-design/components/badge';
import type { Trace } from '../../api/types.ts';
import { texts } from '../../texts/index.ts';
import type { Summary } from './summary.ts';

/** What an operation did to the life of the resource. */
export type Mark = 'created' | 'deleted';

export function markOf({ trace_id }: Trace, summary: Summary | undefined): Mark | undefined {
  if (trace_id === summary?.created?.trace_id) return 'created';
  return trace_id === summary?.deleted?.trace_id ? 'deleted' : undefined;
}

export function MarkBadge({ mark }: { mark: Mark | undefined }) {
  return mark && <Badge color={mark === 'created' ? 'green' : 'grey'}>{texts.timeline.resource[mark]}</Badge>;
}
