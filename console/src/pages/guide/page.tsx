import Button from '@cloudscape-design/components/button';
import ContentLayout from '@cloudscape-design/components/content-layout';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useNavigate } from 'react-router-dom';
import { listNotifications } from '../../api/notifications.ts';
import { useConsole } from '../../console-context.ts';
import { texts } from '../../texts/index.ts';
import { useLoad } from '../../use-load.ts';
import { useRecording } from '../../use-recording.ts';
import { useUnless } from '../../use-unless.ts';
import { listKnownTopics, tellsSomebody } from '../notifications/told.ts';
import { Producer } from './producer.tsx';
import { Step } from './step.tsx';

const words = texts.guide;

/** What a new project needs, and how far it is. */
export default function GuidePage() {
  const navigate = useNavigate();
  const unless = useUnless();
  const { tracker, recording, start } = useRecording();
  const enabled = recording === 'on';
  const bucket = tracker?.obs_info.bucket_name;

  return (
    <ContentLayout
      header={
        <Header variant="h1" description={words.description}>
          {words.title}
        </Header>
      }
    >
      <SpaceBetween size="l">
        <Step
          number={1}
          title={words.enable.title}
          done={recording && enabled}
          text={words.enable.text}
          result={recording === 'off' ? words.enable.off : undefined}
          action={
            recording &&
            recording !== 'on' && (
              <Button
                variant="primary"
                {...unless(recording === 'off' ? 'cts:tracker:update' : 'cts:tracker:create')}
                onClick={() => void start()}
              >
                {texts.recording.start[recording]}
              </Button>
            )
          }
        />
        <Producer number={2} recording={recording} />
        <Step
          number={3}
          title={words.tracker.title}
          done={recording && Boolean(bucket)}
          text={words.tracker.text}
          result={bucket && words.tracker.bucket(bucket)}
          action={
            !bucket && (
              <Button
                disabled={!enabled}
                {...unless('cts:tracker:update')}
                onClick={() => navigate('/trackers/edit?name=system')}
              >
                {words.tracker.act}
              </Button>
            )
          }
        />
        <NotificationStep number={4} enabled={enabled} />
      </SpaceBetween>
    </ContentLayout>
  );
}

/** Only those count that tell somebody. */
function NotificationStep({ number, enabled }: { number: number; enabled: boolean }) {
  const { api, may } = useConsole();
  const navigate = useNavigate();
  const unless = useUnless();
  const { value } = useLoad(async (signal) => {
    const [all, topics] = await Promise.all([
      listNotifications(api, signal),
      listKnownTopics({ api, may }, signal),
    ]);
    return { all: all.length, telling: all.filter((one) => tellsSomebody(one, topics)).length };
  }, 'notifications');
  const done = value && value.telling > 0;
  const { count, silent } = words.notification;
  return (
    <Step
      number={number}
      title={words.notification.title}
      done={done}
      text={words.notification.text}
      result={value && (done ? count(value.telling) : value.all > 0 ? silent(value.all) : undefined)}
      action={
        !done && (
          <Button
            disabled={!enabled}
            {...unless('cts:notification:create')}
            onClick={() => navigate('/notifications/edit')}
          >
            {words.notification.act}
          </Button>
        )
      }
    />
  );
}
