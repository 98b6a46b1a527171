import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import CopyToClipboard from '@cloudscape-design/components/copy-to-clipboard';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import Modal from '@cloudscape-design/components/modal';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { indented } from '@opencts/client/json';
import { findQuarantined } from '../../api/quarantine.ts';
import { useConsole } from '../../console-context.ts';
import { Problem } from '../../problem.tsx';
import { texts } from '../../texts/index.ts';
import { formatTime } from '../../time.ts';
import { useLoad } from '../../use-load.ts';
import { useProjectName } from './use-project-name.ts';

const words = texts.quarantine;
const GONE = 404;

type Found = Awaited<ReturnType<typeof findQuarantined>>;

interface Props {
  id: string;
  onClose: () => void;
  onReplay: () => void;
}

/** One trace that could not be processed: why, and its line in the journal, which may be no JSON. */
export function QuarantinedView({ id, onClose, onReplay }: Props) {
  const { api } = useConsole();
  const { value, error, reload } = useLoad((signal) => findQuarantined(api, id, signal), id);
  return (
    <Modal
      visible
      size="large"
      header={words.view.title}
      closeAriaLabel={texts.common.close}
      onDismiss={onClose}
      footer={
        value && (
          <div className="dialog-actions">
            <CopyToClipboard
              variant="button"
              copyButtonText={texts.common.copy}
              copySuccessText={texts.common.copied}
              copyErrorText={texts.common.failed}
              textToCopy={value.line}
            />
            <Button variant="primary" onClick={onReplay}>
              {words.replay}
            </Button>
          </div>
        )
      }
    >
      {error?.status === GONE ? (
        <StatusIndicator type="success">{words.view.gone}</StatusIndicator>
      ) : (
        error && <Problem error={error} onRetry={reload} />
      )}
      {!error && !value && <StatusIndicator type="loading">{texts.common.loading}</StatusIndicator>}
      {value && <Details found={value} />}
    </Modal>
  );
}

function Details({ found }: { found: Found }) {
  const { zone } = useConsole();
  const projectName = useProjectName();
  const { columns, view } = words;
  const text = (value: string) => <span className="any-break">{value}</span>;
  return (
    <SpaceBetween size="m">
      <div>
        <Box variant="awsui-key-label">{columns.reason}</Box>
        {text(found.reason)}
      </div>
      <KeyValuePairs
        columns={3}
        items={[
          { label: words.missing, value: words.names[found.follower] },
          { label: columns.since, value: formatTime(found.since, zone) },
          { label: columns.recorded, value: formatTime(found.record_time, zone) },
          { label: columns.project, value: text(projectName(found.project_id)) },
          { label: columns.source, value: text(found.service_type) },
          { label: view.tracker, value: text(found.tracker_name) },
          { label: view.traceId, value: text(found.trace_id) },
        ]}
      />
      <div>
        <Box variant="awsui-key-label">{view.line}</Box>
        <pre className="json">{indented(found.line)}</pre>
      </div>
    </SpaceBetween>
  );
}
