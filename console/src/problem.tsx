import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import type { ApiError } from './api/client.ts';
import { isDenied, reasonOf } from './denied.ts';
import { texts } from './texts/index.ts';
import { toldOf } from './told.ts';

interface Props {
  error: ApiError;
  /** All that it takes to see it. */
  roles?: readonly string[];
  onRetry: () => void;
}

/** Why a page, or a part of it, has nothing to show. */
export function Problem({ error, roles, onRetry }: Props) {
  if (isDenied(error)) {
    return (
      <Alert type="warning" header={texts.common.denied}>
        {reasonOf(error, roles)}
      </Alert>
    );
  }
  return (
    <Alert
      type="error"
      header={texts.common.failed}
      action={<Button onClick={onRetry}>{texts.common.retry}</Button>}
    >
      {toldOf(error)}
    </Alert>
  );
}
