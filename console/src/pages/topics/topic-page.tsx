import Box from '@cloudscape-design/components/box';
import BreadcrumbGroup from '@cloudscape-design/components/breadcrumb-group';
import Button from '@cloudscape-design/components/button';
import ContentLayout from '@cloudscape-design/components/content-layout';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';
import { useNavigate, useSearchParams } from 'react-router-dom';
import {
  actOn,
  confirmByHand,
  listDeadLetters,
  listSubscribers,
  removeTopic,
  unsubscribe,
} from '../../api/topics.ts';
import type { Subscriber } from '../../api/types.ts';
import { useConsole } from '../../console-context.ts';
import { Problem } from '../../problem.tsx';
import { Question } from '../../question.tsx';
import { texts } from '../../texts/index.ts';
import { useAct, useLoad } from '../../use-load.ts';
import { useUnless } from '../../use-unless.ts';
import { DeadLetters } from './dead-letters.tsx';
import { DeliveryLog } from './delivery-log.tsx';
import { ROLES_TO_CHANGE, ROLES_TO_SEE } from './roles.ts';
import { SubscribeDialog } from './subscribe-dialog.tsx';
import { type RowAct, Subscriptions } from './subscriptions.tsx';

const words = texts.topics;
const LOOK_AGAIN_MS = 3_000;
/** Subscriptions that are shown at once. */
const PAGE = 100;

type Dialog =
  | { kind: 'subscribe' | 'removeTopic' }
  | { kind: 'confirm' | 'log' | 'remove'; subscriber: Subscriber };

const nameOf = (urn: string) => urn.slice(urn.lastIndexOf(':') + 1);

/** One topic: who gets its messages, and what became of them. */
export default function TopicPage() {
  const unless = useUnless();
  const { api, notify } = useConsole();
  const navigate = useNavigate();
  const act = useAct();
  const [parameters] = useSearchParams();
  const urn = parameters.get('urn') ?? '';
  const name = nameOf(urn);
  const [dialog, setDialog] = useState<Dialog>();
  // Where the pages behind the first begin, up to the one that is shown.
  const [markers, setMarkers] = useState<string[]>([]);
  const marker = markers.at(-1);
  const { value, error, reload } = useLoad(
    async (signal) => {
      const [page, letters] = await Promise.all([
        listSubscribers(api, { topic_urn: urn, limit: PAGE, marker }, signal),
        listDeadLetters(api, urn, signal),
      ]);
      return { page, letters };
    },
    `${urn} ${marker ?? ''}`,
    // States change by themselves: somebody confirms, a receiver answers again.
    () => LOOK_AGAIN_MS,
  );

  const close = (changed: boolean) => {
    setDialog(undefined);
    if (changed) reload();
  };
  const choose = (subscriber: Subscriber, id: RowAct) => {
    if (id === 'confirm' || id === 'log' || id === 'remove') {
      setDialog({ kind: id, subscriber });
      return;
    }
    void act(
      words.title,
      async () => {
        await actOn(api, subscriber.subscription_id, id);
        if (id === 'test') notify('success', words.tested);
        if (id === 'confirm-again') notify('success', words.asked);
        reload();
      },
      ROLES_TO_CHANGE,
    );
  };

  return (
    <ContentLayout
      breadcrumbs={
        <BreadcrumbGroup
          items={[
            { text: words.title, href: '/topics' },
            { text: name, href: '#' },
          ]}
          onFollow={(event) => {
            event.preventDefault();
            if (event.detail.href !== '#') navigate(event.detail.href);
          }}
        />
      }
      header={
        <Header
          variant="h1"
          description={<span className="long-name">{urn}</span>}
          actions={
            !error && (
              <SpaceBetween direction="horizontal" size="xs">
                <Button {...unless('smn:topic:delete')} onClick={() => setDialog({ kind: 'removeTopic' })}>
                  {words.remove}
                </Button>
                <Button
                  variant="primary"
                  {...unless('smn:topic:update')}
                  onClick={() => setDialog({ kind: 'subscribe' })}
                >
                  {words.subscribe}
                </Button>
              </SpaceBetween>
            )
          }
        >
          {name}
        </Header>
      }
    >
      <SpaceBetween size="l">
        {error ? (
          <Problem error={error} roles={ROLES_TO_SEE} onRetry={reload} />
        ) : (
          <Subscriptions
            subscribers={value?.page.subscriptions}
            onChoose={choose}
            page={markers.length + 1}
            hasMore={Boolean(value?.page.next)}
            onPage={(page) => {
              const known = [...markers, ...(value?.page.next ? [value.page.next] : [])];
              setMarkers(known.slice(0, page - 1));
            }}
          />
        )}
        {value && value.letters.length > 0 && <DeadLetters letters={value.letters} onChanged={reload} />}
      </SpaceBetween>
      {dialog && <TopicDialogs dialog={dialog} urn={urn} onClose={close} />}
    </ContentLayout>
  );
}

interface DialogsProps {
  dialog: Dialog;
  urn: string;
  onClose: (changed: boolean) => void;
}

function TopicDialogs({ dialog, urn, onClose }: DialogsProps) {
  const { api } = useConsole();
  const navigate = useNavigate();
  switch (dialog.kind) {
    case 'subscribe':
      return <SubscribeDialog urn={urn} onClose={onClose} />;
    case 'log':
      return <DeliveryLog subscriber={dialog.subscriber} onClose={() => onClose(false)} />;
    case 'confirm':
      return (
        <Question
          title={words.confirmTitle}
          action={words.acts.confirm}
          onClose={onClose}
          work={async () => void (await confirmByHand(api, dialog.subscriber))}
        >
          <Box>{words.confirmText}</Box>
          <div>
            <Box variant="awsui-key-label">{words.endpoint}</Box>
            <span className="long-name">{dialog.subscriber.endpoint}</span>
          </div>
        </Question>
      );
    case 'remove':
      return (
        <Question
          title={`${words.acts.remove}: ${dialog.subscriber.endpoint}`}
          action={words.acts.remove}
          onClose={onClose}
          work={async () => void (await unsubscribe(api, dialog.subscriber.subscription_urn))}
        >
          <span className="long-name">{dialog.subscriber.endpoint}</span>
        </Question>
      );
    case 'removeTopic':
      return (
        <Question
          title={words.removeTitle(nameOf(urn))}
          action={words.remove}
          onClose={(changed) => (changed ? navigate('/topics') : onClose(false))}
          work={async () => void (await removeTopic(api, urn))}
        >
          {words.removeText}
        </Question>
      );
  }
}
