import Button from '@cloudscape-design/components/button';
import { useState } from 'react';
import { createBucket } from '../../api/trackers.ts';
import { useConsole } from '../../console-context.ts';
import { texts } from '../../texts/index.ts';
import { useAct } from '../../use-load.ts';
import { useUnless } from '../../use-unless.ts';
import type { FieldProps } from './draft.ts';

const words = texts.trackers.form;

/** Creates the bucket that is named at once, and chooses it: its access can be checked before anything is saved. */
export function BucketCreation({ draft, change }: Pick<FieldProps, 'draft' | 'change'>) {
  const { api, notify } = useConsole();
  const act = useAct();
  const unless = useUnless();
  const [busy, setBusy] = useState(false);
  const create = async () => {
    setBusy(true);
    await act(words.bucketFailed, async () => {
      const { name } = await createBucket(api, { bucket_name: draft.bucket, locking: draft.locked });
      notify('success', words.bucketCreated(name));
      change({ newBucket: false, bucket: name });
    });
    setBusy(false);
  };
  return (
    <Button
      formAction="none"
      disabled={draft.bucket === ''}
      {...unless('cts:tracker:update')}
      loading={busy}
      onClick={() => void create()}
    >
      {words.bucketCreate}
    </Button>
  );
}
