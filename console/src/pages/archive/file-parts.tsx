import Button from '@cloudscape-design/components/button';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { useState } from 'react';
import { checkFile, downloadFile } from '../../api/archive.ts';
import type { ArchiveFile } from '../../api/types.ts';
import { useConsole } from '../../console-context.ts';
import { saveFile } from '../../files.ts';
import { texts } from '../../texts/index.ts';
import { useAct } from '../../use-load.ts';

const words = texts.archive;

export const nameOf = (key: string) => key.slice(key.lastIndexOf('/') + 1);

/** What proves a file, and whether its bytes are still those that were delivered. */
export function Integrity({ file }: { file: ArchiveFile }) {
  const { api } = useConsole();
  const act = useAct();
  const [verdict, setVerdict] = useState<keyof typeof words.verdicts>();
  const [busy, setBusy] = useState(false);
  const check = async () => {
    setBusy(true);
    await act(texts.common.failed, async () => setVerdict(await checkFile(api, file)));
    setBusy(false);
  };
  return (
    <SpaceBetween size="xxxs">
      <StatusIndicator type={file.digest === 'covered' ? 'success' : 'pending'}>
        {file.digest === 'covered' ? words.covered : words.uncovered}
      </StatusIndicator>
      {file.kms_id !== '' && <StatusIndicator type="info">{words.encrypted}</StatusIndicator>}
      {verdict ? (
        <StatusIndicator type={verdict === 'valid' ? 'success' : 'error'}>
          {words.verdicts[verdict]}
        </StatusIndicator>
      ) : (
        <Button
          variant="inline-link"
          loading={busy}
          ariaLabel={words.checkOf(nameOf(file.key))}
          onClick={() => void check()}
        >
          {words.check}
        </Button>
      )}
    </SpaceBetween>
  );
}

export function FileActions({ file }: { file: ArchiveFile }) {
  const { api } = useConsole();
  const act = useAct();
  const [busy, setBusy] = useState(false);
  const download = async () => {
    setBusy(true);
    await act(words.downloadFailed, async () => saveFile(await downloadFile(api, file), nameOf(file.key)));
    setBusy(false);
  };
  return (
    <Button
      variant="inline-link"
      iconName="download"
      loading={busy}
      ariaLabel={words.downloadOf(nameOf(file.key))}
      onClick={() => void download()}
    >
      {words.download}
    </Button>
  );
}
