import Button from '@cloudscape-design/components/button';
import ContentLayout from '@cloudscape-design/components/content-layout';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useNavigate } from 'react-router-dom';
import { listNotifications } from '../../api/notifications.ts';
import { useConsole } from '../../console-context.ts';
import { texts } from '../../texts/index.ts';
import { useAct, useLoad } from '../../use-load.ts';
import { Producer } from './producer.tsx';
import { Step } from './step.tsx';

const words = texts.guide;
const ROLES = ['Security Administrator', 'CTS FullAccess'];

/** What a new project needs, and how far it is. */
export default function GuidePage() {
  const { api } = useConsole();
  const navigate = useNavigate();
  const act = useAct();
  const tracker = useLoad(async (signal) => (await api.managementTracker(signal)) ?? null, 'tracker');
  const notifications = useLoad((signal) => listNotifications(api, signal), 'notifications');

  const bucket = tracker.value?.obs_info?.bucket_name;
  const enabled = tracker.value
    ? tracker.value.status !== 'disabled'
    : tracker.value === null
      ? false
      : undefined;
  const count = notifications.value?.length;

  const enable = async () => {
    await api.enable();
    tracker.reload();
  };

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
          done={enabled}
          text={words.enable.text}
          action={
            enabled === false && (
              <Button variant="primary" onClick={() => void act(texts.recording.failed, enable, ROLES)}>
                {texts.recording.enable}
              </Button>
            )
          }
        />
        <Producer number={2} enabled={enabled} />
        <Step
          number={3}
          title={words.tracker.title}
          done={enabled === undefined ? undefined : Boolean(bucket)}
          text={words.tracker.text}
          result={bucket && words.tracker.bucket(bucket)}
          action={
            !bucket && (
              <Button disabled={!enabled} onClick={() => navigate('/trackers/edit?name=system')}>
                {words.tracker.act}
              </Button>
            )
          }
        />
        <Step
          number={4}
          title={words.notification.title}
          done={count === undefined ? undefined : count > 0}
          text={words.notification.text}
          result={count ? words.notification.count(count) : undefined}
          action={
            !count && (
              <Button disabled={!enabled} onClick={() => navigate('/notifications/edit')}>
                {words.notification.act}
              </Button>
            )
          }
        />
      </SpaceBetween>
    </ContentLayout>
  );
}
