import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';
import { confirmClock } from '../../api/clock.ts';
import type { Clock } from '../../api/types.ts';
import { useConsole } from '../../console-context.ts';
import { Question } from '../../question.tsx';
import { texts } from '../../texts/index.ts';
import { formatTime } from '../../time.ts';

const words = texts.clock;

interface Props {
  clock: Clock;
  /** Somebody has vouched for it. */
  onConfirmed: () => void;
}

/** Tells whoever looks after the installation that its clock has jumped and what waits for that, and lets them vouch for it. */
export function ClockWarning({ clock, onConfirmed }: Props) {
  const { api, zone, notify } = useConsole();
  const [asking, setAsking] = useState(false);
  const machine = formatTime(clock.machine, zone);
  const lived = formatTime(clock.own, zone);
  return (
    <>
      <Alert
        type="warning"
        header={words.warning}
        action={<Button onClick={() => setAsking(true)}>{words.confirm}</Button>}
      >
        <SpaceBetween size="xxs">
          <div>{words.times(machine, lived)}</div>
          <div>{words.kept}</div>
          <div>{words.cure}</div>
        </SpaceBetween>
      </Alert>
      {asking && (
        <Question
          title={words.question(machine)}
          action={words.confirm}
          onClose={(confirmed) => {
            setAsking(false);
            if (confirmed) onConfirmed();
          }}
          work={async () => {
            await confirmClock(api);
            notify('success', words.confirmed);
          }}
        >
          {words.consequence}
        </Question>
      )}
    </>
  );
}
