import { updateTracker } from './api/trackers.ts';
import type { Tracker } from './api/types.ts';
import { useConsole } from './console-context.ts';
import { texts } from './texts/index.ts';
import { useAct, useLoad } from './use-load.ts';

const words = texts.recording;
const ENABLE_ROLES = ['Security Administrator', 'CTS FullAccess'];
const SWITCH_ROLES = ['CTS FullAccess'];

/** `absent`: CTS is not enabled; `off`: the management tracker is disabled. */
export type Recording = 'on' | 'off' | 'absent';

/** Whether anything is recorded in the project; undefined for those who may not look at trackers. */
export function useRecording() {
  const { api, may } = useConsole();
  const act = useAct();
  const { value: tracker, reload } = useLoad(
    async (signal) => (may('cts:tracker:list') ? ((await api.managementTracker(signal)) ?? null) : undefined),
    'tracker',
  );
  const start = (then?: () => void) => {
    const work = async () => {
      if (tracker) await switchOn(tracker);
      else await api.enable();
      reload();
      then?.();
    };
    return tracker ? act(words.switchFailed, work, SWITCH_ROLES) : act(words.failed, work, ENABLE_ROLES);
  };
  const switchOn = ({ tracker_type, tracker_name }: Tracker) =>
    updateTracker(api, { tracker_type, tracker_name, status: 'enabled' });

  return { tracker, recording: recordingOf(tracker), start };
}

function recordingOf(tracker: Tracker | null | undefined): Recording | undefined {
  if (tracker === undefined) return undefined;
  if (tracker === null) return 'absent';
  return tracker.status === 'disabled' ? 'off' : 'on';
}
