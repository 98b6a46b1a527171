import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import CopyToClipboard from '@cloudscape-design/components/copy-to-clipboard';
import Modal from '@cloudscape-design/components/modal';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import Tabs from '@cloudscape-design/components/tabs';
import { useEffect, useState } from 'react';
import type { Api } from '../../api/client.ts';
import type { Trace } from '../../api/types.ts';
import { saveFile } from '../../files.ts';
import { texts } from '../../texts/index.ts';
import { formatTime, type Zone } from '../../time.ts';
import { Rating } from './columns.tsx';

const words = texts.traces.view;

interface Props {
  api: Api;
  id: string;
  /** The trace when the list has it already. */
  known: Trace | undefined;
  zone: Zone;
  onClose: () => void;
}

/** One trace whole: as exact JSON, and with the JSON texts inside it unfolded. */
export function TraceView({ api, id, known, zone, onClose }: Props) {
  const [found, setFound] = useState<Trace | null | undefined>(known);
  useEffect(() => {
    if (known) {
      setFound(known);
      return;
    }
    const abort = new AbortController();
    api.traces({ trace_id: id }, abort.signal).then(
      ({ traces }) => setFound(traces[0] ?? null),
      () => abort.signal.aborted || setFound(null),
    );
    return () => abort.abort();
  }, [api, id, known]);

  const json = found ? JSON.stringify(found, null, 2) : '';
  return (
    <Modal
      visible
      size="large"
      header={found ? `${found.trace_name}` : words.title}
      onDismiss={onClose}
      closeAriaLabel={words.close}
      footer={
        found && (
          <SpaceBetween direction="horizontal" size="xs">
            <CopyToClipboard
              variant="button"
              copyButtonText={words.copy}
              copySuccessText={words.copied}
              copyErrorText="Copying failed"
              textToCopy={json}
            />
            <Button
              iconName="download"
              onClick={() => saveFile(new Blob([json], { type: 'application/json' }), `trace-${id}.json`)}
            >
              {words.download}
            </Button>
          </SpaceBetween>
        )
      }
    >
      {found === undefined && <StatusIndicator type="loading">{texts.traces.loading}</StatusIndicator>}
      {found === null && <StatusIndicator type="warning">{words.missing}</StatusIndicator>}
      {found && (
        <SpaceBetween size="s">
          <Box color="text-body-secondary">
            <Rating rating={found.trace_rating} /> · {found.user?.name || '--'} · {found.source_ip || '--'} ·{' '}
            {formatTime(found.time, zone)}
          </Box>
          <Tabs
            tabs={[
              { id: 'json', label: words.json, content: <pre className="json">{json}</pre> },
              {
                id: 'readable',
                label: words.readable,
                content: <pre className="json">{unfolded(found)}</pre>,
              },
            ]}
          />
        </SpaceBetween>
      )}
    </Modal>
  );
}

/** Members that are JSON text become what they hold. */
function unfolded(trace: Trace): string {
  const members = Object.entries(trace).map(([name, value]) => [name, unfold(value)]);
  return JSON.stringify(Object.fromEntries(members), null, 2);
}

function unfold(value: unknown): unknown {
  if (typeof value !== 'string' || !/^[[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
