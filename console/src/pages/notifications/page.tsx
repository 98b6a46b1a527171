import Button from '@cloudscape-design/components/button';
import ContentLayout from '@cloudscape-design/components/content-layout';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';
import { useNavigate } from 'react-router-dom';
import { listNotifications, removeNotification, updateNotification } from '../../api/notifications.ts';
import type { Notification } from '../../api/types.ts';
import { useConsole } from '../../console-context.ts';
import { Problem } from '../../problem.tsx';
import { Question } from '../../question.tsx';
import { texts } from '../../texts/index.ts';
import { useAct, useLoad } from '../../use-load.ts';
import { useUnless } from '../../use-unless.ts';
import { changeOf } from './draft.ts';
import { ROLES } from './roles.ts';
import { editAddress, NotificationTable } from './table.tsx';
import { hasLostTopic, listKnownTopics } from './told.ts';

const words = texts.notifications;

/** The key event notifications of the project. */
export default function NotificationsPage() {
  const { api, may } = useConsole();
  const navigate = useNavigate();
  const act = useAct();
  const { value, loading, error, reload } = useLoad(async (signal) => {
    const [notifications, topics] = await Promise.all([
      listNotifications(api, signal),
      listKnownTopics({ api, may }, signal),
    ]);
    return notifications.map((one) => ({ ...one, lostTopic: hasLostTopic(one, topics) }));
  }, 'notifications');
  const [doomed, setDoomed] = useState<Notification>();

  const choose = (notification: Notification, id: string) => {
    if (id === 'edit') navigate(editAddress(notification));
    if (id === 'remove') setDoomed(notification);
    if (id === 'enabled' || id === 'disabled') {
      const set = async () => {
        await updateNotification(api, { ...changeOf(notification), status: id });
        reload();
      };
      void act(words.title, set, ROLES);
    }
  };

  return (
    <ContentLayout header={<Head loading={loading} reload={reload} />}>
      {error ? (
        <Problem error={error} onRetry={reload} />
      ) : (
        <NotificationTable rows={value} onChoose={choose} />
      )}
      {doomed && (
        <Question
          title={words.removeTitle(doomed.notification_name)}
          action={words.remove}
          onClose={(changed) => {
            setDoomed(undefined);
            if (changed) reload();
          }}
          work={async () => void (await removeNotification(api, doomed.notification_id))}
        >
          {words.removeText}
        </Question>
      )}
    </ContentLayout>
  );
}

function Head({ loading, reload }: { loading: boolean; reload: () => void }) {
  const unless = useUnless();
  const navigate = useNavigate();
  return (
    <Header
      variant="h1"
      description={words.description}
      actions={
        <SpaceBetween direction="horizontal" size="xs">
          <Button iconName="refresh" ariaLabel={texts.common.refresh} loading={loading} onClick={reload} />
          <Button
            variant="primary"
            {...unless('cts:notification:create')}
            onClick={() => navigate('/notifications/edit')}
          >
            {words.create}
          </Button>
        </SpaceBetween>
      }
    >
      {words.title}
    </Header>
  );
}
