import Box from '@cloudscape-design/components/box';
import ButtonDropdown from '@cloudscape-design/components/button-dropdown';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import type { TableProps } from '@cloudscape-design/components/table';
import { visible } from '@opencts/client/api';
import type { Notification } from '../../api/types.ts';
import { useConsole } from '../../console-context.ts';
import { Listing } from '../../listing.tsx';
import { Nothing } from '../../nothing.tsx';
import { texts } from '../../texts/index.ts';
import { useUnless } from '../../use-unless.ts';
import { Way } from '../../way.tsx';
import { topicName } from './told.ts';

const words = texts.notifications;

export const editAddress = ({ notification_id }: Notification) => `/notifications/edit?id=${notification_id}`;

interface Row extends Notification {
  /** Its topic was deleted: it tells nobody. */
  lostTopic: boolean;
}

interface Props {
  /** Undefined: not loaded yet. */
  rows: readonly Row[] | undefined;
  onChoose: (notification: Notification, action: string) => void;
}

export function NotificationTable({ rows, onChoose }: Props) {
  return (
    <Listing<Row>
      items={rows ?? []}
      trackBy="notification_id"
      table={{ stickyColumns: { last: 1 } }}
      loading={!rows}
      loadingText={texts.common.loading}
      empty={<Nothing title={words.none}>{words.noneText}</Nothing>}
      columnDefinitions={[
        ...COLUMNS,
        {
          id: 'actions',
          header: texts.common.actions,
          cell: (one) => <Actions row={one} onChoose={(action) => onChoose(one, action)} />,
        },
      ]}
    />
  );
}

/** So wide that words stay whole on a phone. */
const COLUMNS: TableProps.ColumnDefinition<Row>[] = [
  {
    id: 'name',
    header: words.columns.name,
    minWidth: 120,
    isRowHeader: true,
    cell: (one) => <Way to={editAddress(one)}>{one.notification_name}</Way>,
  },
  { id: 'status', header: words.columns.status, minWidth: 170, cell: (one) => <Status row={one} /> },
  { id: 'operations', header: words.columns.operations, minWidth: 130, cell: operationsOf },
  { id: 'query', header: words.columns.query, minWidth: 130, cell: queryOf },
  { id: 'users', header: words.columns.users, minWidth: 130, cell: usersOf },
  { id: 'topic', header: words.columns.topic, minWidth: 150, cell: (one) => <Topic row={one} /> },
];

function Status({ row: { status, lostTopic } }: { row: Row }) {
  if (lostTopic) {
    return (
      <StatusIndicator type="warning">
        <span className="whole-words">{words.gone}</span>
      </StatusIndicator>
    );
  }
  return (
    <StatusIndicator type={status === 'enabled' ? 'success' : 'stopped'}>
      {words.status[status]}
    </StatusIndicator>
  );
}

function Topic({ row: { topic_id = '', lostTopic } }: { row: Row }) {
  const { may } = useConsole();
  if (topic_id === '') return <Box color="text-body-secondary">{words.noTopic}</Box>;
  const name = topicName(topic_id);
  if (lostTopic || !may('smn:topic:list')) return <Box color="text-body-secondary">{name}</Box>;
  return <Way to={`/topics/view?urn=${encodeURIComponent(topic_id)}`}>{name}</Way>;
}

function Actions({ row, onChoose }: { row: Row; onChoose: (action: string) => void }) {
  const { notification_name, status, topic_id, lostTopic } = row;
  const unless = useUnless();
  const changing = unless('cts:notification:update');
  const toggle = status === 'enabled' ? 'disabled' : 'enabled';
  return (
    <ButtonDropdown
      variant="inline-icon"
      expandToViewport
      ariaLabel={`${texts.common.actions}: ${notification_name}`}
      items={[
        { id: 'edit', text: words.edit, ...changing },
        {
          id: toggle,
          text: toggle === 'enabled' ? words.enable : words.disable,
          // The service changes nothing that has a topic which is gone.
          disabled: lostTopic || !topic_id,
          ...changing,
        },
        { id: 'remove', text: words.remove, ...unless('cts:notification:delete') },
      ]}
      onItemClick={({ detail }) => onChoose(detail.id)}
    />
  );
}

function usersOf({ notify_user_list }: Notification): string {
  return notify_user_list.flatMap(({ user_list }) => user_list).join(', ') || words.everybody;
}

function queryOf({ query }: Notification) {
  return query === undefined ? texts.common.none : <code>{visible(query)}</code>;
}

function operationsOf({ operation_type, operations }: Notification): string {
  if (operation_type === 'complete') return words.all;
  return words.some(operations.reduce((sum, { trace_names }) => sum + trace_names.length, 0));
}
