import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import ButtonDropdown from '@cloudscape-design/components/button-dropdown';
import ContentLayout from '@cloudscape-design/components/content-layout';
import Header from '@cloudscape-design/components/header';
import Link from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { useState } from 'react';
import { useNavigate } from 'react-router-dom';
import { listTrackers, removeTracker, updateTracker } from '../../api/trackers.ts';
import type { Tracker } from '../../api/types.ts';
import { useConsole } from '../../console-context.ts';
import { Listing } from '../../listing.tsx';
import { Nothing } from '../../nothing.tsx';
import { Problem } from '../../problem.tsx';
import { Question } from '../../question.tsx';
import { texts } from '../../texts/index.ts';
import { formatTime } from '../../time.ts';
import { useAct, useLoad } from '../../use-load.ts';
import { useUnless } from '../../use-unless.ts';
import { Listed, whileListing } from './listed.tsx';

const words = texts.trackers;

const editAddress = ({ tracker_name }: Tracker) => `/trackers/edit?name=${encodeURIComponent(tracker_name)}`;

/** The trackers of the project, and how their transfer goes. */
export default function TrackersPage() {
  const unless = useUnless();
  const { api, zone } = useConsole();
  const navigate = useNavigate();
  const act = useAct();
  const { value, loading, error, reload } = useLoad(
    (signal) => listTrackers(api, signal),
    'trackers',
    whileListing,
  );
  const [question, setQuestion] = useState<{ kind: 'disable' | 'remove'; tracker: Tracker }>();
  const hasManagement = value?.some(({ tracker_type }) => tracker_type === 'system');

  const set = ({ tracker_type, tracker_name }: Tracker, status: 'enabled' | 'disabled') =>
    updateTracker(api, { tracker_type, tracker_name, status });
  const choose = (tracker: Tracker, id: string) => {
    if (id === 'edit') navigate(editAddress(tracker));
    if (id === 'disable' || id === 'remove') setQuestion({ kind: id, tracker });
    if (id === 'enable') {
      void act(words.title, async () => {
        await set(tracker, 'enabled');
        reload();
      });
    }
  };
  const enableCts = () =>
    act(texts.recording.failed, async () => {
      await api.enable();
      reload();
    });
  const close = (changed: boolean) => {
    setQuestion(undefined);
    if (changed) reload();
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
              <Button {...unless('cts:tracker:create')} onClick={() => navigate('/trackers/edit')}>
                {words.create}
              </Button>
              {hasManagement === false && (
                <Button variant="primary" {...unless('cts:tracker:create')} onClick={() => void enableCts()}>
                  {words.enableCts}
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
        <Problem error={error} onRetry={reload} />
      ) : (
        <Listing<Tracker>
          items={value ?? []}
          trackBy="id"
          table={{ stickyColumns: { last: 1 } }}
          loading={loading && !value}
          loadingText={texts.common.loading}
          empty={<Nothing title={words.none}>{words.noneText}</Nothing>}
          columnDefinitions={[
            {
              id: 'name',
              header: words.columns.name,
              isRowHeader: true,
              cell: (tracker) => (
                <Link
                  href={editAddress(tracker)}
                  onFollow={(event) => {
                    event.preventDefault();
                    navigate(editAddress(tracker));
                  }}
                >
                  {tracker.tracker_name}
                </Link>
              ),
            },
            {
              id: 'type',
              header: words.columns.type,
              cell: ({ tracker_type }) => words.types[tracker_type],
            },
            {
              id: 'status',
              header: words.columns.status,
              minWidth: 160,
              cell: (one) => <Status tracker={one} />,
            },
            { id: 'tracked', header: words.columns.tracked, cell: tracked },
            {
              id: 'bucket',
              header: words.columns.bucket,
              minWidth: 180,
              cell: (tracker) =>
                tracker.obs_info.bucket_name === '' ? (
                  <Box color="text-body-secondary">{words.noTransfer}</Box>
                ) : (
                  <SpaceBetween size="xxs">
                    <div>
                      {tracker.obs_info.bucket_name}
                      {tracker.obs_info.file_prefix_name !== '' && ` · ${tracker.obs_info.file_prefix_name}`}
                    </div>
                    {tracker.obs_info.listed?.state !== 'done' && <Listed tracker={tracker} />}
                  </SpaceBetween>
                ),
            },
            {
              id: 'lastTransfer',
              header: words.columns.lastTransfer,
              minWidth: 155,
              cell: ({ obs_info, last_transfer }) => {
                if (last_transfer) return formatTime(last_transfer, zone);
                return obs_info.bucket_name === '' ? '–' : words.notYetTransferred;
              },
            },
            {
              id: 'protection',
              header: words.columns.protection,
              cell: (one) => <Protection tracker={one} />,
            },
            {
              id: 'actions',
              header: texts.common.actions,
              cell: (tracker) => (
                <ButtonDropdown
                  variant="inline-icon"
                  expandToViewport
                  ariaLabel={`${texts.common.actions}: ${tracker.tracker_name}`}
                  items={[
                    { id: 'edit', text: words.edit, ...unless('cts:tracker:update') },
                    tracker.status === 'disabled'
                      ? { id: 'enable', text: words.enable, ...unless('cts:tracker:update') }
                      : { id: 'disable', text: words.disable, ...unless('cts:tracker:update') },
                    { id: 'remove', text: words.remove, ...unless('cts:tracker:delete') },
                  ]}
                  onItemClick={({ detail }) => choose(tracker, detail.id)}
                />
              ),
            },
          ]}
        />
      )}
      {question?.kind === 'disable' && (
        <Question
          title={words.disableTitle(question.tracker.tracker_name)}
          action={words.disable}
          onClose={close}
          work={async () => void (await set(question.tracker, 'disabled'))}
        >
          {words.disableText}
        </Question>
      )}
      {question?.kind === 'remove' && (
        <Question
          title={words.removeTitle(question.tracker.tracker_name)}
          action={words.remove}
          onClose={close}
          work={async () => void (await removeTracker(api, question.tracker))}
        >
          <SpaceBetween size="s">
            <Box>{words.removeText}</Box>
            {question.tracker.tracker_type === 'system' && <Box>{words.removeSystem}</Box>}
          </SpaceBetween>
        </Question>
      )}
    </ContentLayout>
  );
}

function tracked({ data_bucket }: Tracker): string {
  if (!data_bucket) return words.tracksAll;
  const events = data_bucket.data_event.map((event) => words.events[event] ?? event).join(', ');
  return words.tracks(data_bucket.data_bucket_name, events);
}

/** With what is wrong in words, and what becomes of the traces meanwhile. */
export function Status({ tracker }: { tracker: Tracker }) {
  const { status, detail, detail_message } = tracker;
  const type = { enabled: 'success', disabled: 'stopped', error: 'error' } as const;
  return (
    <SpaceBetween size="xxxs">
      <StatusIndicator type={type[status]}>{words.status[status]}</StatusIndicator>
      {status === 'error' && (
        <Box fontSize="body-s" color="text-body-secondary">
          {detail && words.details[detail]} {detail_message} {words.waiting}
        </Box>
      )}
    </SpaceBetween>
  );
}

function Protection({ tracker }: { tracker: Tracker }) {
  const { is_support_validate, is_support_trace_files_encryption, obs_info } = tracker;
  const all = [
    is_support_validate && words.verification,
    is_support_trace_files_encryption && words.encryption,
    obs_info.object_lock_days && words.lock(obs_info.object_lock_days),
  ].filter(Boolean);
  return <>{all.length > 0 ? all.join(', ') : texts.common.none}</>;
}
