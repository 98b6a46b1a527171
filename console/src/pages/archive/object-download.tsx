import Button from '@cloudscape-design/components/button';
import { useState } from 'react';
import { downloadObject } from '../../api/proofs.ts';
import { useConsole } from '../../console-context.ts';
import { saveFile } from '../../files.ts';
import { texts } from '../../texts/index.ts';
import { useAct } from '../../use-load.ts';
import { nameOf } from './file-parts.tsx';

const words = texts.archive;

/** Saves a digest or a checkpoint as it lies in its bucket. */
export function ObjectDownload({ bucket, objectKey: key }: { bucket: string; objectKey: string }) {
  const { api } = useConsole();
  const act = useAct();
  const [busy, setBusy] = useState(false);
  const download = async () => {
    setBusy(true);
    await act(words.downloadFailed, async () =>
      saveFile(await downloadObject(api, { bucket, key }), nameOf(key)),
    );
    setBusy(false);
  };
  return (
    <Button
      variant="inline-link"
      iconName="download"
      loading={busy}
      ariaLabel={words.downloadOf(nameOf(key))}
      onClick={() => void download()}
    >
      {words.download}
    </Button>
  );
}
