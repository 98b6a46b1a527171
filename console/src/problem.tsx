import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import type { ApiError } from './api/client.ts';
import { texts } from './texts/index.ts';

/** Why a page, or a part of it, has nothing to show. */
export function Problem({ error, onRetry }: { error: ApiError; onRetry: () => void }) {
  return (
    <Alert
      type="error"
      header={texts.common.failed}
      action={<Button onClick={onRetry}>{texts.common.retry}</Button>}
    >
      {error.message}
    </Alert>
  );
}
