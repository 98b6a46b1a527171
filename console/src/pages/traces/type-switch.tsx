import SegmentedControl from '@cloudscape-design/components/segmented-control';
import type { Trace } from '../../api/types.ts';
import { texts } from '../../texts/index.ts';
import type { Family } from './view-state.ts';

const words = texts.traces.filters;
const NAMES = { system: words.management, data: words.data };

export const typeOf = ({ event_type }: Trace): Family => (event_type === 'data' ? 'data' : 'system');

/** Management traces, or data traces. */
export function TypeSwitch({ type, onChange }: { type: Family; onChange: (type: Family) => void }) {
  return (
    <SegmentedControl
      label={words.type}
      selectedId={type}
      onChange={({ detail }) => onChange(detail.selectedId as Family)}
      options={Object.entries(NAMES).map(([id, text]) => ({ id, text }))}
    />
  );
}
