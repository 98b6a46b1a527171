import Box from '@cloudscape-design/components/box';
import ButtonDropdown, { type ButtonDropdownProps } from '@cloudscape-design/components/button-dropdown';
import Header from '@cloudscape-design/components/header';
import Pagination from '@cloudscape-design/components/pagination';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import type { TableProps } from '@cloudscape-design/components/table';
import type { SubscriberAct } from '../../api/topics.ts';
import type { Subscriber } from '../../api/types.ts';
import { useConsole } from '../../console-context.ts';
import { Listing } from '../../listing.tsx';
import { formatNumber } from '../../number.ts';
import { texts } from '../../texts/index.ts';
import { formatTime } from '../../time.ts';
import { useUnless } from '../../use-unless.ts';

const words = texts.topics;

/** What can be done with a subscription. */
export type RowAct = SubscriberAct | 'confirm' | 'log' | 'remove';
type Choose = (subscriber: Subscriber, act: RowAct) => void;

interface Props {
  /** Absent: they are being loaded. */
  subscribers: readonly Subscriber[] | undefined;
  onChoose: Choose;
  /** From 1. */
  page: number;
  hasMore: boolean;
  /** One that was shown already, or the next one. */
  onPage: (page: number) => void;
}

/** Who gets the messages of a topic, and how that goes. */
export function Subscriptions({ subscribers, onChoose, page, hasMore, onPage }: Props) {
  const unless = useUnless();
  return (
    <Listing<Subscriber>
      items={subscribers ?? []}
      trackBy="subscription_id"
      loading={subscribers === undefined}
      loadingText={texts.common.loading}
      header={<Header variant="h2">{words.subscriptions}</Header>}
      empty={<Box color="text-body-secondary">{words.noneSubscribed}</Box>}
      pagination={
        (page > 1 || hasMore) && (
          <Pagination
            currentPageIndex={page}
            pagesCount={hasMore ? page + 1 : page}
            onChange={({ detail }) => onPage(detail.currentPageIndex)}
          />
        )
      }
      columnDefinitions={columnsOf(onChoose, unless)}
    />
  );
}

function columnsOf(
  onChoose: Choose,
  unless: ReturnType<typeof useUnless>,
): TableProps.ColumnDefinition<Subscriber>[] {
  return [
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
            {extension.form && extension.form !== 'opencts' && `, ${words.forms[extension.form]}`}
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
          items={actsOf(subscriber).map((item) => ({ ...item, ...unless(actionOf(item.id)) }))}
          onItemClick={({ detail }) => onChoose(subscriber, detail.id as RowAct)}
        />
      ),
    },
  ];
}

/** Whether its receiver has no way to confirm by itself. */
const isMute = ({ extension }: Subscriber) => (extension.form ?? 'opencts') !== 'opencts';

function actionOf(id: string): string {
  if (id === 'log') return 'smn:topic:list';
  return id === 'confirm' ? 'smn:subscription:confirm' : 'smn:topic:update';
}

function actsOf(subscriber: Subscriber): ButtonDropdownProps.Item[] {
  const { state } = subscriber;
  const act = (id: keyof typeof words.acts) => ({ id, text: words.acts[id] });
  if (state === 'pending' || state === 'cancelled') {
    return [...(isMute(subscriber) ? [act('confirm')] : []), act('confirm-again'), act('log'), act('remove')];
  }
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
