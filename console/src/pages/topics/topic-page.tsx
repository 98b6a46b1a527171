import Box from '@cloudscape-design/components/box';
import BreadcrumbGroup from '@cloudscape-design/components/breadcrumb-group';
import Button from '@cloudscape-design/components/button';
import ButtonDropdown, { type ButtonDropdownProps } from '@cloudscape-design/components/button-dropdown';
import Checkbox from '@cloudscape-design/components/checkbox';
import ContentLayout from '@cloudscape-design/components/content-layout';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import Modal from '@cloudscape-design/components/modal';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import Table from '@cloudscape-design/components/table';
import { useEffect, useState } from 'react';
import { useNavigate, useSearchParams } from 'react-router-dom';
import {
  actOn,
  discard,
  listAttempts,
  listDeadLetters,
  listSubscribers,
  removeTopic,
  replay,
  type SubscriberAct,
  subscribe,
  unsubscribe,
} from '../../api/topics.ts';
import type { Attempt, DeadLetter, Subscriber } from '../../api/types.ts';
import { useConsole } from '../../console-context.ts';
import { formatNumber } from '../../number.ts';
import { Problem } from '../../problem.tsx';
import { Question } from '../../question.tsx';
import { texts } from '../../texts/index.ts';
import { formatTime } from '../../time.ts';
import { useAct, useLoad } from '../../use-load.ts';

const words = texts.topics;
const LOOK_AGAIN_MS = 3_000;

type Dialog = { kind: 'subscribe' | 'removeTopic' } | { kind: 'log' | 'remove'; subscriber: Subscriber };

/** One topic: who gets its messages, and what became of them. */
export default function TopicPage() {
  const { api, notify } = useConsole();
  const navigate = useNavigate();
  const act = useAct();
  const [parameters] = useSearchParams();
  const urn = parameters.get('urn') ?? '';
  const name = urn.slice(urn.lastIndexOf(':') + 1);
  const [dialog, setDialog] = useState<Dialog>();
  const { value, loading, error, reload } = useLoad(async (signal) => {
    const [subscribers, letters] = await Promise.all([
      listSubscribers(api, urn, signal),
      listDeadLetters(api, signal),
    ]);
    const ids = new Set(subscribers.map(({ subscription_id }) => subscription_id));
    return { subscribers, letters: letters.filter(({ subscription_id }) => ids.has(subscription_id)) };
  }, urn);
  // States change by themselves: somebody confirms, a receiver answers again.
  useEffect(() => {
    const timer = setInterval(reload, LOOK_AGAIN_MS);
    return () => clearInterval(timer);
  }, [reload]);

  const close = (changed: boolean) => {
    setDialog(undefined);
    if (changed) reload();
  };
  const choose = (subscriber: Subscriber, id: string) => {
    if (id === 'log' || id === 'remove') {
      setDialog({ kind: id, subscriber });
      return;
    }
    void act(words.title, async () => {
      await actOn(api, subscriber.subscription_id, id as SubscriberAct);
      if (id === 'test') notify('success', words.tested);
      if (id === 'confirm-again') notify('success', words.asked);
      reload();
    });
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
            <SpaceBetween direction="horizontal" size="xs">
              <Button onClick={() => setDialog({ kind: 'removeTopic' })}>{words.remove}</Button>
              <Button variant="primary" onClick={() => setDialog({ kind: 'subscribe' })}>
                {words.subscribe}
              </Button>
            </SpaceBetween>
          }
        >
          {name}
        </Header>
      }
    >
      <SpaceBetween size="l">
        {error && !value && <Problem error={error} onRetry={reload} />}
        <Table<Subscriber>
          items={value?.subscribers ?? []}
          trackBy="subscription_id"
          wrapLines
          loading={loading && !value}
          loadingText={texts.common.loading}
          header={<Header variant="h2">{words.subscriptions}</Header>}
          empty={<Box color="text-body-secondary">{words.noneSubscribed}</Box>}
          columnDefinitions={[
            {
              id: 'endpoint',
              header: words.subscriptionColumns.endpoint,
              isRowHeader: true,
              minWidth: 220,
              cell: ({ endpoint, protocol, extension }) => (
                <>
                  <span className="long-name">{endpoint}</span>
                  <Box fontSize="body-s" color="text-body-secondary">
                    {words.protocols[protocol] ?? protocol}
                    {extension.batch && `, ${words.batch.toLowerCase()}`}
                  </Box>
                </>
              ),
            },
            {
              id: 'state',
              header: words.subscriptionColumns.state,
              minWidth: 190,
              cell: (subscriber) => <State subscriber={subscriber} />,
            },
            {
              id: 'waiting',
              header: words.subscriptionColumns.waiting,
              cell: ({ waiting }) => formatNumber(waiting),
            },
            { id: 'dead', header: words.subscriptionColumns.dead, cell: ({ dead }) => formatNumber(dead) },
            { id: 'remark', header: words.subscriptionColumns.remark, cell: ({ remark }) => remark },
            {
              id: 'actions',
              header: texts.common.actions,
              cell: (subscriber) => (
                <ButtonDropdown
                  variant="inline-icon"
                  expandToViewport
                  ariaLabel={`${texts.common.actions}: ${subscriber.endpoint}`}
                  items={actsOf(subscriber)}
                  onItemClick={({ detail }) => choose(subscriber, detail.id)}
                />
              ),
            },
          ]}
        />
        {value && value.letters.length > 0 && (
          <DeadLetters letters={value.letters} subscribers={value.subscribers} onChanged={reload} />
        )}
      </SpaceBetween>
      {dialog?.kind === 'subscribe' && <SubscribeDialog urn={urn} onClose={close} />}
      {dialog?.kind === 'log' && (
        <DeliveryLog subscriber={dialog.subscriber} onClose={() => setDialog(undefined)} />
      )}
      {dialog?.kind === 'remove' && (
        <Question
          title={`${words.acts.remove}: ${dialog.subscriber.endpoint}`}
          action={words.acts.remove}
          onClose={close}
          work={async () => void (await unsubscribe(api, dialog.subscriber.subscription_urn))}
        >
          <span className="long-name">{dialog.subscriber.endpoint}</span>
        </Question>
      )}
      {dialog?.kind === 'removeTopic' && (
        <Question
          title={words.removeTitle(name)}
          action={words.remove}
          onClose={(changed) => {
            setDialog(undefined);
            if (changed) navigate('/topics');
          }}
          work={async () => void (await removeTopic(api, urn))}
        >
          {words.removeText}
        </Question>
      )}
    </ContentLayout>
  );
}

function actsOf({ state }: Subscriber): ButtonDropdownProps.Items {
  const act = (id: keyof typeof words.acts) => ({ id, text: words.acts[id] });
  if (state === 'pending' || state === 'cancelled') return [act('confirm-again'), act('log'), act('remove')];
  return [act('test'), act('log'), state === 'paused' ? act('resume') : act('pause'), act('remove')];
}

function State({ subscriber }: { subscriber: Subscriber }) {
  const { zone } = useConsole();
  const { state, paused_by, failing_since } = subscriber;
  const type = {
    pending: 'pending',
    confirmed: 'success',
    cancelled: 'stopped',
    paused: 'warning',
    failing: 'error',
  } as const;
  return (
    <>
      <StatusIndicator type={type[state]}>{words.states[state]}</StatusIndicator>
      {(paused_by || failing_since !== undefined) && (
        <Box fontSize="body-s" color="text-body-secondary">
          {paused_by && words.pausedBy[paused_by]}{' '}
          {failing_since !== undefined && words.since(formatTime(failing_since, zone))}
        </Box>
      )}
    </>
  );
}

function SubscribeDialog({ urn, onClose }: { urn: string; onClose: (changed: boolean) => void }) {
  const { api } = useConsole();
  const [protocol, setProtocol] = useState('email');
  const [endpoint, setEndpoint] = useState('');
  const [remark, setRemark] = useState('');
  const [batch, setBatch] = useState(false);
  const options = Object.entries(words.protocols).map(([value, label]) => ({ value, label }));
  const web = protocol === 'http' || protocol === 'https';
  return (
    <Question
      title={words.subscribe}
      action={words.subscribe}
      onClose={onClose}
      work={async () =>
        void (await subscribe(api, urn, { protocol, endpoint: endpoint.trim(), remark, batch: web && batch }))
      }
    >
      <FormField label={words.protocol}>
        <Select
          selectedOption={options.find(({ value }) => value === protocol) ?? null}
          options={options}
          onChange={({ detail }) => setProtocol(detail.selectedOption.value ?? 'email')}
        />
      </FormField>
      <FormField label={words.endpoint} constraintText={words.endpointHints[protocol]}>
        <Input autoFocus value={endpoint} onChange={({ detail }) => setEndpoint(detail.value)} />
      </FormField>
      {web && (
        <Checkbox
          checked={batch}
          description={words.batchHint}
          onChange={({ detail }) => setBatch(detail.checked)}
        >
          {words.batch}
        </Checkbox>
      )}
      <FormField label={`${words.remark} (${texts.common.optional})`}>
        <Input value={remark} onChange={({ detail }) => setRemark(detail.value)} />
      </FormField>
    </Question>
  );
}

/** The last attempts for one subscriber. */
function DeliveryLog({ subscriber, onClose }: { subscriber: Subscriber; onClose: () => void }) {
  const { api, zone } = useConsole();
  const { subscription_id, endpoint } = subscriber;
  const { value, loading, error, reload } = useLoad(
    (signal) => listAttempts(api, subscription_id, signal),
    subscription_id,
  );
  return (
    <Modal
      visible
      size="max"
      header={<span className="long-name">{words.log.title(endpoint)}</span>}
      closeAriaLabel={texts.common.close}
      onDismiss={onClose}
    >
      {error ? (
        <Problem error={error} onRetry={reload} />
      ) : (
        <Table<Attempt>
          variant="embedded"
          wrapLines
          items={value ?? []}
          loading={loading && !value}
          loadingText={texts.common.loading}
          empty={words.log.none}
          columnDefinitions={[
            { id: 'time', header: words.log.columns.time, cell: ({ time }) => formatTime(time, zone) },
            { id: 'message', header: words.log.columns.message, cell: ({ subject }) => subject },
            {
              id: 'outcome',
              header: words.log.columns.outcome,
              cell: ({ delivered }) => (
                <StatusIndicator type={delivered ? 'success' : 'error'}>
                  {delivered ? words.log.delivered : words.log.failed}
                </StatusIndicator>
              ),
            },
            {
              id: 'answer',
              header: words.log.columns.answer,
              cell: ({ answer }) => <span className="long-name">{answer}</span>,
            },
            { id: 'took', header: words.log.columns.took, cell: ({ took }) => `${formatNumber(took)} ms` },
          ]}
        />
      )}
    </Modal>
  );
}

/** Messages that were given up, to be looked at and sent again. */
function DeadLetters(props: {
  letters: readonly DeadLetter[];
  subscribers: readonly Subscriber[];
  onChanged: () => void;
}) {
  const { letters, subscribers, onChanged } = props;
  const { api, zone, notify } = useConsole();
  const act = useAct();
  const [chosen, setChosen] = useState<DeadLetter[]>([]);
  const present = chosen.filter(({ id }) => letters.some((letter) => letter.id === id));
  const endpointOf = ({ subscription_id }: DeadLetter) =>
    subscribers.find((one) => one.subscription_id === subscription_id)?.endpoint ?? '';
  const again = (which: readonly DeadLetter[]) =>
    act(words.letters.title, async () => {
      const { count } = await replay(
        api,
        which.map(({ id }) => id),
      );
      notify('success', words.letters.replayed(count));
      setChosen([]);
      onChanged();
    });
  const forget = () =>
    act(words.letters.title, async () => {
      await discard(
        api,
        present.map(({ id }) => id),
      );
      setChosen([]);
      onChanged();
    });
  return (
    <Table<DeadLetter>
      items={letters}
      trackBy={({ id }) => String(id)}
      wrapLines
      selectionType="multi"
      selectedItems={present}
      onSelectionChange={({ detail }) => setChosen(detail.selectedItems)}
      ariaLabels={{
        selectionGroupLabel: words.letters.title,
        allItemsSelectionLabel: () => words.letters.replayAll,
        itemSelectionLabel: (_, item) => item.summary,
      }}
      header={
        <Header
          variant="h2"
          counter={`(${formatNumber(letters.length)})`}
          description={words.letters.description}
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button disabled={present.length === 0} onClick={() => void forget()}>
                {words.letters.discard}
              </Button>
              <Button onClick={() => void again(present.length > 0 ? present : letters)}>
                {present.length > 0 ? words.letters.replay : words.letters.replayAll}
              </Button>
            </SpaceBetween>
          }
        >
          {words.letters.title}
        </Header>
      }
      columnDefinitions={[
        {
          id: 'message',
          header: words.letters.columns.message,
          isRowHeader: true,
          cell: ({ summary }) => summary,
        },
        {
          id: 'endpoint',
          header: words.letters.columns.endpoint,
          cell: (letter) => <span className="long-name">{endpointOf(letter)}</span>,
        },
        { id: 'reason', header: words.letters.columns.reason, cell: ({ reason }) => reason },
        {
          id: 'time',
          header: words.letters.columns.time,
          cell: ({ dead_time }) => formatTime(dead_time, zone),
        },
      ]}
    />
  );
}
