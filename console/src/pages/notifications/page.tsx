import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import ButtonDropdown from '@cloudscape-design/components/button-dropdown';
import ContentLayout from '@cloudscape-design/components/content-layout';
import Header from '@cloudscape-design/components/header';
import Link from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import Table from '@cloudscape-design/components/table';
import { useState } from 'react';
import { useNavigate } from 'react-router-dom';
import { listNotifications, removeNotification, updateNotification } from '../../api/notifications.ts';
import type { Notification } from '../../api/types.ts';
import { useConsole } from '../../console-context.ts';
import { Problem } from '../../problem.tsx';
import { Question } from '../../question.tsx';
import { texts } from '../../texts/index.ts';
import { useAct, useLoad } from '../../use-load.ts';
import { changeOf } from './draft.ts';

const words = texts.notifications;

const editAddress = ({ notification_id }: Notification) => `/notifications/edit?id=${notification_id}`;
const topicName = (urn: string) => urn.slice(urn.lastIndexOf(':') + 1);

/** The key event notifications of the project. */
export default function NotificationsPage() {
  const { api } = useConsole();
  const navigate = useNavigate();
  const act = useAct();
  const { value, loading, error, reload } = useLoad(
    (signal) => listNotifications(api, signal),
    'notifications',
  );
  const [doomed, setDoomed] = useState<Notification>();

  const choose = (notification: Notification, id: string) => {
    if (id === 'edit') navigate(editAddress(notification));
    if (id === 'remove') setDoomed(notification);
    if (id === 'enabled' || id === 'disabled') {
      void act(words.title, async () => {
        await updateNotification(api, { ...changeOf(notification), status: id });
        reload();
      });
    }
  };
  const follow = (target: string) => (event: { preventDefault(): void }) => {
    event.preventDefault();
    navigate(target);
  };

  return (
    <ContentLayout
      header={
        <Header
          variant="h1"
          description={words.description}
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button
                iconName="refresh"
                ariaLabel={texts.common.refresh}
                loading={loading}
                onClick={reload}
              />
              <Button variant="primary" onClick={() => navigate('/notifications/edit')}>
                {words.create}
              </Button>
            </SpaceBetween>
          }
        >
          {words.title}
        </Header>
      }
    >
      {error ? (
        <Problem error={error} onRetry={reload} />
      ) : (
        <Table<Notification>
          items={value ?? []}
          trackBy="notification_id"
          wrapLines
          loading={loading && !value}
          loadingText={texts.common.loading}
          empty={
            <Box textAlign="center">
              <Box variant="h3">{words.none}</Box>
              <Box color="text-body-secondary">{words.noneText}</Box>
            </Box>
          }
          columnDefinitions={[
            {
              id: 'name',
              header: words.columns.name,
              isRowHeader: true,
              cell: (one) => (
                <Link href={editAddress(one)} onFollow={follow(editAddress(one))}>
                  {one.notification_name}
                </Link>
              ),
            },
            {
              id: 'status',
              header: words.columns.status,
              cell: ({ status }) => (
                <StatusIndicator type={status === 'enabled' ? 'success' : 'stopped'}>
                  {words.status[status]}
                </StatusIndicator>
              ),
            },
            { id: 'operations', header: words.columns.operations, cell: operationsOf },
            {
              id: 'users',
              header: words.columns.users,
              cell: ({ notify_user_list }) =>
                notify_user_list.flatMap(({ user_list }) => user_list).join(', ') || words.everybody,
            },
            {
              id: 'topic',
              header: words.columns.topic,
              cell: ({ topic_id = '' }) =>
                topic_id === '' ? (
                  <Box color="text-body-secondary">{words.noTopic}</Box>
                ) : (
                  <Link
                    href={`/topics/view?urn=${topic_id}`}
                    onFollow={follow(`/topics/view?urn=${encodeURIComponent(topic_id)}`)}
                  >
                    {topicName(topic_id)}
                  </Link>
                ),
            },
            {
              id: 'actions',
              header: texts.common.actions,
              cell: (one) => (
                <ButtonDropdown
                  variant="inline-icon"
                  expandToViewport
                  ariaLabel={`${texts.common.actions}: ${one.notification_name}`}
                  items={[
                    { id: 'edit', text: words.edit },
                    one.status === 'enabled'
                      ? { id: 'disabled', text: words.disable }
                      : { id: 'enabled', text: words.enable, disabled: !one.topic_id },
                    { id: 'remove', text: words.remove },
                  ]}
                  onItemClick={({ detail }) => choose(one, detail.id)}
                />
              ),
            },
          ]}
        />
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

function operationsOf({ operation_type, operations }: Notification): string {
  if (operation_type === 'complete') return words.all;
  return words.some(operations.reduce((sum, { trace_names }) => sum + trace_names.length, 0));
}
