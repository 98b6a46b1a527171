import Box from '@cloudscape-design/components/box';
import ProgressBar from '@cloudscape-design/components/progress-bar';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import type { Tracker } from '../../api/types.ts';
import { texts } from '../../texts/index.ts';

const words = texts.trackers.listed;

const LOOK_AGAIN_MS = 2_000;

/** Looks again while something of a trace list is on its way. */
export const whileListing = (trackers: readonly Tracker[] = []): number | false =>
  trackers.some(({ obs_info }) => ['waiting', 'writing'].includes(obs_info.listed?.state ?? '')) &&
  LOOK_AGAIN_MS;

/** How what was in the trace list comes into the bucket; nothing where that was not asked for. */
export function Listed({ tracker }: { tracker: Tracker }) {
  const { listed } = tracker.obs_info;
  if (!listed) return null;
  const { state, total, written, message } = listed;
  if (state === 'done') return <StatusIndicator type="success">{words.done(written)}</StatusIndicator>;
  if (state === 'writing') {
    return (
      <>
        <ProgressBar
          variant="standalone"
          value={total === 0 ? 0 : (100 * written) / total}
          label={words.writing}
          description={words.progress(written, total)}
        />
        {message && <Box color="text-status-error">{`${words.held} ${message}`}</Box>}
      </>
    );
  }
  const waits = state === 'waiting';
  return (
    <SpaceBetween size="xxxs">
      <StatusIndicator type={waits ? 'pending' : 'warning'}>
        {waits ? words.waiting : words.ended}
      </StatusIndicator>
      <Box fontSize="body-s" color="text-body-secondary">
        {waits ? words.waitingHint : words.endedHint(written)} {message}
      </Box>
    </SpaceBetween>
  );
}
