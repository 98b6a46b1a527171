import Modal from '@cloudscape-design/components/modal';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { listAttempts } from '../../api/topics.ts';
import type { Attempt, Subscriber } from '../../api/types.ts';
import { useConsole } from '../../console-context.ts';
import { Listing } from '../../listing.tsx';
import { formatNumber } from '../../number.ts';
import { Problem } from '../../problem.tsx';
import { texts } from '../../texts/index.ts';
import { formatTime } from '../../time.ts';
import { useLoad } from '../../use-load.ts';
import { answerInWords } from './answer-in-words.ts';

const words = texts.topics;

/** The last attempts for one subscriber. */
export function DeliveryLog({ subscriber, onClose }: { subscriber: Subscriber; onClose: () => void }) {
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
        <Listing<Attempt>
          table={{ variant: 'embedded' }}
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
              minWidth: 160,
              header: words.log.columns.answer,
              cell: ({ answer }) => <span className="long-name">{answerInWords(answer)}</span>,
            },
            { id: 'took', header: words.log.columns.took, cell: ({ took }) => `${formatNumber(took)} ms` },
          ]}
        />
      )}
    </Modal>
  );
}
