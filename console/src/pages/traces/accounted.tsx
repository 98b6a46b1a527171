import StatusIndicator from '@cloudscape-design/components/status-indicator';
import type { AccountedHour, Follower } from '../../api/types.ts';
import { useConsole } from '../../console-context.ts';
import { formatNumber } from '../../number.ts';
import { texts } from '../../texts/index.ts';
import { formatMinute } from '../../time.ts';
import type { useRecording } from '../../use-recording.ts';
import { Way } from '../../way.tsx';
import { whileListing } from '../trackers/listed.tsx';
import { accountsOf } from './accounting.ts';

const words = texts.traces;

interface Props {
  /** undefined: it cannot be told now. */
  hours: readonly AccountedHour[] | undefined;
  tracking: ReturnType<typeof useRecording>;
}

/** Whether everything that was recorded since the beginning of the range's first hour can be found. */
export function Accounted({ hours, tracking }: Props) {
  const { zone } = useConsole();
  const { tracker, recording } = tracking;
  const [first] = hours ?? [];
  if (!hours || !first) return null;
  const { recorded, underway, archived, awaiting, unarchived, quarantined, lost } = accountsOf(hours);
  const since = formatMinute(first.time, zone);
  const transferred = tracker === undefined ? undefined : Boolean(tracker?.obs_info?.bucket_name);
  const isListing = whileListing(tracker ? [tracker] : []) !== false;
  const inFiles = words.inFiles({ archived, awaiting, unarchived, transferred, isListing });
  return (
    <>
      {underway > 0 ? (
        <StatusIndicator type="in-progress">{words.underway(underway)}</StatusIndicator>
      ) : quarantined.indexer + lost.indexer > 0 ? (
        <StatusIndicator type="info">{words.recorded(recorded, since, inFiles)}</StatusIndicator>
      ) : recording === 'off' || recording === 'absent' ? (
        <StatusIndicator type="stopped">
          {words.accounted(recorded, since, inFiles)}. {words.recordingOff}
        </StatusIndicator>
      ) : (
        <StatusIndicator type="success">{words.accounted(recorded, since, inFiles)}</StatusIndicator>
      )}
      <SetAside quarantined={quarantined} />
      <Lost lost={lost} />
    </>
  );
}

type ByFollower = Readonly<Record<Follower, number>>;

function missingIn(counts: ByFollower): string[] {
  const { places } = texts.quarantine;
  return (Object.keys(places) as Follower[])
    .filter((follower) => counts[follower] > 0)
    .map((follower) => `${formatNumber(counts[follower])} ${places[follower]}`);
}

function SetAside({ quarantined }: { quarantined: ByFollower }) {
  const { may } = useConsole();
  const { accounted, toList } = texts.quarantine;
  const missing = missingIn(quarantined);
  if (missing.length === 0) return null;
  return (
    <StatusIndicator type="warning">
      {accounted(missing)} {may('opencts:quarantine:list') && <Way to="/quarantine">{toList}</Way>}
    </StatusIndicator>
  );
}

function Lost({ lost }: { lost: ByFollower }) {
  const missing = missingIn(lost);
  if (missing.length === 0) return null;
  return <StatusIndicator type="error">{texts.quarantine.lost(missing)}</StatusIndicator>;
}
