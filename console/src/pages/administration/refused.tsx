import Alert from '@cloudscape-design/components/alert';
import type { ApiError } from '../../api/client.ts';
import { Problem } from '../../problem.tsx';
import { texts } from '../../texts/index.ts';

const FORBIDDEN = 403;

/** Names the role that a caller lacks; any other problem is told as everywhere. */
export function Refused({
  error,
  needed,
  onRetry,
}: {
  error: ApiError;
  needed: string;
  onRetry: () => void;
}) {
  if (error.status !== FORBIDDEN) return <Problem error={error} onRetry={onRetry} />;
  return (
    <Alert type="warning" header={texts.administration.denied}>
      {texts.administration.deniedText(needed)}
    </Alert>
  );
}
