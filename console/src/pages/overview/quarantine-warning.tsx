import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import { useNavigate } from 'react-router-dom';
import { texts } from '../../texts/index.ts';

const words = texts.quarantine;

/** Tells whoever looks after the installation that not everything could be processed. */
export function QuarantineWarning({ count }: { count: number }) {
  const navigate = useNavigate();
  return (
    <Alert
      type="warning"
      header={words.warning(count)}
      action={<Button onClick={() => navigate('/quarantine')}>{words.toList}</Button>}
    >
      {words.warningText}
    </Alert>
  );
}
