import Button from '@cloudscape-design/components/button';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { useState } from 'react';
import { checkBucket } from '../../api/trackers.ts';
import { useConsole } from '../../console-context.ts';
import { texts } from '../../texts/index.ts';
import { useAct } from '../../use-load.ts';
import type { Draft } from './draft.ts';

const words = texts.trackers.form;

/** Tells before saving whether trace files could be written to the bucket, with the key. */
export function BucketCheck({ draft, region }: { draft: Draft; region: string }) {
  const { api } = useConsole();
  const act = useAct();
  const [busy, setBusy] = useState(false);
  const [verdict, setVerdict] = useState<{ of: string; problem?: string }>();
  const of = `${draft.bucket} ${draft.encrypted ? draft.key : ''}`;
  const check = async () => {
    setBusy(true);
    await act(words.checkFailed, async () => {
      const problem = await checkBucket(api, {
        bucket_name: draft.bucket,
        bucket_location: region,
        is_support_trace_files_encryption: draft.encrypted,
        kms_id: draft.key,
      });
      setVerdict({ of, problem });
    });
    setBusy(false);
  };
  return (
    <SpaceBetween direction="horizontal" size="xs" alignItems="center">
      <Button formAction="none" disabled={draft.bucket === ''} loading={busy} onClick={() => void check()}>
        {words.check}
      </Button>
      {verdict?.of === of && (
        <StatusIndicator type={verdict.problem === undefined ? 'success' : 'error'}>
          {verdict.problem ?? words.checkFine}
        </StatusIndicator>
      )}
    </SpaceBetween>
  );
}
