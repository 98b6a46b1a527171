import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import { useState } from 'react';
import { texts } from '../../texts/index.ts';
import type { useRecording } from '../../use-recording.ts';
import { useUnless } from '../../use-unless.ts';
import { Way } from '../../way.tsx';

const words = texts.recording;
/** The trace of it can be found within a second. */
const FOUND_AFTER_MS = 1000;

interface Props {
  tracking: ReturnType<typeof useRecording>;
  onStarted: () => void;
}

/** Says why nothing new appears when nothing is recorded, and offers to begin. */
export function RecordingState({ tracking, onStarted }: Props) {
  const { recording, start } = tracking;
  const unless = useUnless();
  const [busy, setBusy] = useState(false);
  if (recording === undefined || recording === 'on') return null;

  const begin = async () => {
    setBusy(true);
    await start(() => setTimeout(onStarted, FOUND_AFTER_MS));
    setBusy(false);
  };
  const button = (
    <Button
      variant="primary"
      {...unless(recording === 'off' ? 'cts:tracker:update' : 'cts:tracker:create')}
      onClick={() => void begin()}
      loading={busy}
    >
      {words.start[recording]}
    </Button>
  );
  if (recording === 'off') {
    return (
      <Alert type="warning" header={words.disabled} action={button}>
        {words.disabledText}
      </Alert>
    );
  }
  return (
    <Alert type="warning" header={words.absent} action={button}>
      {words.absentText} <Way to="/guide">{texts.navigation.guide}</Way>
    </Alert>
  );
}
