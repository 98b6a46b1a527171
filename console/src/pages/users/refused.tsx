import Alert from '@cloudscape-design/components/alert';
import type { ApiError } from '../../api/client.ts';
import { Problem } from '../../problem.tsx';
import { texts } from '../../texts/index.ts';

/** Why users or groups are not shown: for want of a role, which is named, or for any other reason. */
export function Refused({ error, onRetry }: { error: ApiError; onRetry: () => void }) {
  if (error.status !== 403) return <Problem error={error} onRetry={onRetry} />;
  return (
    <Alert type="warning" header={texts.people.refused}>
      {texts.people.refusedText}
    </Alert>
  );
}
