import Button from '@cloudscape-design/components/button';
import ContentLayout from '@cloudscape-design/components/content-layout';
import Header from '@cloudscape-design/components/header';
import Link from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { useState } from 'react';
import { useNavigate } from 'react-router-dom';
import { listTopicHealth, listTopics } from '../../api/topics.ts';
import type { Topic, TopicHealth } from '../../api/types.ts';
import { useConsole } from '../../console-context.ts';
import { Listing } from '../../listing.tsx';
import { Nothing } from '../../nothing.tsx';
import { formatNumber } from '../../number.ts';
import { Problem } from '../../problem.tsx';
import { texts } from '../../texts/index.ts';
import { useLoad } from '../../use-load.ts';
import { useUnless } from '../../use-unless.ts';
import { ROLES_TO_SEE } from './roles.ts';
import { TopicDialog } from './topic-dialog.tsx';

const words = texts.topics;

const addressOf = (urn: string) => `/topics/view?urn=${encodeURIComponent(urn)}`;

/** The topics of the project. */
export default function TopicsPage() {
  const unless = useUnless();
  const { api } = useConsole();
  const navigate = useNavigate();
  const [making, setMaking] = useState(false);
  const { value, loading, error, reload } = useLoad(async (signal) => {
    const [topics, health] = await Promise.all([listTopics(api, signal), listTopicHealth(api, signal)]);
    return { topics, health: new Map(health.map((one) => [one.topic_urn, one])) };
  }, 'topics');
  const of = ({ topic_urn }: Topic) => value?.health.get(topic_urn);

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
              {!error && (
                <Button variant="primary" {...unless('smn:topic:create')} onClick={() => setMaking(true)}>
                  {words.create}
                </Button>
              )}
            </SpaceBetween>
          }
        >
          {words.title}
        </Header>
      }
    >
      {error ? (
        <Problem error={error} roles={ROLES_TO_SEE} onRetry={reload} />
      ) : (
        <Listing<Topic>
          items={value?.topics ?? []}
          trackBy="topic_id"
          loading={loading && !value}
          loadingText={texts.common.loading}
          empty={<Nothing title={words.none}>{words.noneText}</Nothing>}
          columnDefinitions={[
            {
              id: 'name',
              header: words.columns.name,
              isRowHeader: true,
              cell: ({ name, topic_urn }) => (
                <Link
                  href={addressOf(topic_urn)}
                  onFollow={(event) => {
                    event.preventDefault();
                    navigate(addressOf(topic_urn));
                  }}
                >
                  {name}
                </Link>
              ),
            },
            {
              id: 'displayName',
              header: words.columns.displayName,
              cell: ({ display_name }) => display_name,
            },
            {
              id: 'subscriptions',
              header: words.columns.subscriptions,
              cell: (topic) => formatNumber(of(topic)?.subscriptions ?? 0),
            },
            {
              id: 'trouble',
              header: words.columns.trouble,
              cell: (topic) => <Health health={of(topic)} />,
            },
          ]}
        />
      )}
      {making && (
        <TopicDialog
          onClose={(urn) => {
            setMaking(false);
            if (urn) navigate(addressOf(urn));
          }}
        />
      )}
    </ContentLayout>
  );
}

/** @param props.health absent: the topic is new, or has gone */
function Health({ health }: { health: TopicHealth | undefined }) {
  const { failing = 0, waiting = 0, dead = 0 } = health ?? {};
  const parts = [
    failing > 0 && words.failing(failing),
    waiting > 0 && words.waiting(waiting),
    dead > 0 && words.dead(dead),
  ].filter(Boolean);
  return parts.length === 0 ? (
    <StatusIndicator type="success">{words.fine}</StatusIndicator>
  ) : (
    <StatusIndicator type="warning">{parts.join(', ')}</StatusIndicator>
  );
}
