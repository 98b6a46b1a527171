import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import CopyToClipboard from '@cloudscape-design/components/copy-to-clipboard';
import Modal from '@cloudscape-design/components/modal';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import type { ReactNode } from 'react';
import { publicKeys } from '../../api/archive.ts';
import { useConsole } from '../../console-context.ts';
import { Problem } from '../../problem.tsx';
import { texts } from '../../texts/index.ts';
import { formatTime } from '../../time.ts';
import { useLoad } from '../../use-load.ts';

const words = texts.archive.keys;
const COMMAND = 'opencts verify FOLDER --public-key public-key';

/** The public keys of digest files, and what to do with them. */
export function PublicKeys({ onClose }: { onClose: () => void }) {
  const { api, zone, session } = useConsole();
  const { value, loading, error, reload } = useLoad(
    (signal) => publicKeys(api, session.domain.id, signal),
    'public keys',
  );
  return (
    <Modal
      visible
      size="large"
      header={words.title}
      closeAriaLabel={texts.common.close}
      onDismiss={onClose}
      footer={
        <Box float="right">
          <Button onClick={onClose}>{texts.common.close}</Button>
        </Box>
      }
    >
      <SpaceBetween size="m">
        <Box>
          {words.text} <code className="command">{COMMAND}</code>
        </Box>
        {error && <Problem error={error} onRetry={reload} />}
        {loading && !value && <StatusIndicator type="loading">{texts.common.loading}</StatusIndicator>}
        {value?.public_keys.length === 0 && <StatusIndicator type="info">{words.none}</StatusIndicator>}
        {value?.public_keys.map((key) => (
          <Key key={key.id} text={key.public_key}>
            <StatusIndicator type={key.active ? 'success' : 'stopped'}>
              {key.active ? words.active : words.former}
            </StatusIndicator>
            <Box color="text-body-secondary">{words.since(formatTime(key.create_time, zone))}</Box>
          </Key>
        ))}
        {value && (
          <Key text={value.log_verifier_key}>
            <Box variant="awsui-key-label">{words.log}</Box>
          </Key>
        )}
      </SpaceBetween>
    </Modal>
  );
}

/** A key, to be read and copied, below what is said of it. */
function Key({ text, children }: { text: string; children: ReactNode }) {
  return (
    <div>
      <SpaceBetween direction="horizontal" size="xs" alignItems="center">
        {children}
        <CopyToClipboard
          variant="inline"
          copyButtonAriaLabel={texts.common.copy}
          copySuccessText={texts.common.copied}
          copyErrorText={texts.common.failed}
          textToCopy={text}
          textToDisplay=""
        />
      </SpaceBetween>
      <pre className="json key">{text}</pre>
    </div>
  );
}
