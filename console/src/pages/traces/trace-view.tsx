import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import CopyToClipboard from '@cloudscape-design/components/copy-to-clipboard';
import Modal from '@cloudscape-design/components/modal';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import Tabs from '@cloudscape-design/components/tabs';
import { textOf, visible } from '@opencts/client/api';
import { indented } from '@opencts/client/json';
import type { Api } from '../../api/client.ts';
import type { Trace } from '../../api/types.ts';
import { saveFile } from '../../files.ts';
import { Problem } from '../../problem.tsx';
import { texts } from '../../texts/index.ts';
import { formatTime, type Zone } from '../../time.ts';
import { useLoad } from '../../use-load.ts';
import { Way } from '../../way.tsx';
import { Rating } from './columns.tsx';
import { readable } from './readable.ts';

const words = texts.traces.view;
const TRIES = 5;
const RETRY_MS = 500;

interface Props {
  api: Api;
  id: string;
  /** The trace when the list has it already. */
  known: Trace | undefined;
  zone: Zone;
  onClose: () => void;
  /** To the traces beside it in the list, where there are some. */
  onNewer?: (() => void) | undefined;
  onOlder?: (() => void) | undefined;
}

/** Who follows the link of a message may be there before the trace can be found. @returns null: there is none */
async function findSoon(api: Api, id: string, signal: AbortSignal): Promise<Trace | null> {
  for (let tries = 1; ; tries++) {
    const [found] = (await api.traces({ trace_id: id }, signal)).traces;
    if (found || tries === TRIES) return found ?? null;
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    signal.throwIfAborted();
  }
}

/** One trace whole, as the service told it: as JSON, and with the JSON texts inside it unfolded. */
export function TraceView({ api, id, known, zone, onClose, onNewer, onOlder }: Props) {
  const { value, error, reload } = useLoad(async (signal) => known ?? findSoon(api, id, signal), id);
  const found = known ?? value;
  const text = found ? textOf(found) : '';
  const json = indented(text);
  return (
    <Modal
      visible
      size="large"
      header={found ? visible(found.trace_name) : words.title}
      onDismiss={onClose}
      closeAriaLabel={words.close}
      footer={
        found && (
          <div className="dialog-actions">
            {(onNewer || onOlder) && (
              <>
                <Button iconName="angle-up" disabled={!onNewer} onClick={onNewer}>
                  {words.newer}
                </Button>
                <Button iconName="angle-down" disabled={!onOlder} onClick={onOlder}>
                  {words.older}
                </Button>
              </>
            )}
            <CopyToClipboard
              variant="button"
              copyButtonText={words.copy}
              copySuccessText={words.copied}
              copyErrorText={words.copyFailed}
              textToCopy={json}
            />
            <Button
              iconName="download"
              onClick={() => saveFile(new Blob([json], { type: 'application/json' }), `trace-${id}.json`)}
            >
              {words.download}
            </Button>
          </div>
        )
      }
    >
      {error && <Problem error={error} onRetry={reload} />}
      {found === undefined && !error && (
        <StatusIndicator type="loading">{texts.traces.loading}</StatusIndicator>
      )}
      {found === null && (
        <SpaceBetween size="s">
          <StatusIndicator type="warning">{words.missing}</StatusIndicator>
          <Way to={`/search?${new URLSearchParams({ range: '1y', by: 'trace_id', value: id })}`}>
            {words.archive}
          </Way>
        </SpaceBetween>
      )}
      {found && (
        <SpaceBetween size="s">
          <Box color="text-body-secondary">
            <Rating rating={found.trace_rating} /> · {visible(found.user?.name || '--')} ·{' '}
            {visible(found.source_ip || '--')} · {formatTime(found.time, zone)}
          </Box>
          <Tabs
            tabs={[
              { id: 'json', label: words.json, content: <pre className="json">{visible(json)}</pre> },
              {
                id: 'readable',
                label: words.readable,
                content: <pre className="json">{visible(readable(text))}</pre>,
              },
            ]}
          />
        </SpaceBetween>
      )}
    </Modal>
  );
}
