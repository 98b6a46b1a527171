import Alert from '@cloudscape-design/components/alert';
import type { ApiError } from '../../api/client.ts';
import { Problem } from '../../problem.tsx';
import { texts } from '../../texts/index.ts';

const FORBIDDEN = 403;

/** Names the role that a caller lacks; any other problem is told as everywhere. */
export function Refused({ error, role, onRetry }: { error: ApiError; role: string; onRetry: () => void }) {
  if (error.status !== FORBIDDEN) return <Problem error={error} onRetry={onRetry} />;
  return (
    <Alert type="warning" header={texts.administration.denied}>
      {texts.administration.deniedText(role)}
    </Alert>
  );
}
