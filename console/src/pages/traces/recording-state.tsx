import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import Link from '@cloudscape-design/components/link';
import { useEffect, useState } from 'react';
import { useNavigate } from 'react-router-dom';
import type { Api } from '../../api/client.ts';
import type { Tracker } from '../../api/types.ts';
import { texts } from '../../texts/index.ts';

const words = texts.recording;

/** Says why nothing new appears when nothing is recorded, and offers to enable CTS. */
export function RecordingState({ api, onEnabled }: { api: Api; onEnabled: () => void }) {
  /** Null: there is none. Undefined: not known. */
  const [tracker, setTracker] = useState<Tracker | null>();
  const navigate = useNavigate();
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);

  useEffect(() => {
    const abort = new AbortController();
    // Who may not look at trackers is told nothing of them.
    api.managementTracker(abort.signal).then(
      (found) => setTracker(found ?? null),
      () => undefined,
    );
    return () => abort.abort();
  }, [api]);

  const enable = async () => {
    setBusy(true);
    setProblem('');
    try {
      setTracker(await api.enable());
      // The trace of it can be found within a second.
      setTimeout(onEnabled, 1000);
    } catch (error) {
      setProblem((error as Error).message);
    } finally {
      setBusy(false);
    }
  };

  const follow = (event: { preventDefault(): void }) => {
    event.preventDefault();
    navigate('/guide');
  };

  if (problem) {
    return (
      <Alert type="error" header={words.failed} dismissible onDismiss={() => setProblem('')}>
        {problem}
      </Alert>
    );
  }
  if (tracker === null) {
    const button = (
      <Button variant="primary" onClick={() => void enable()} loading={busy}>
        {words.enable}
      </Button>
    );
    return (
      <Alert type="warning" header={words.absent} action={button}>
        {words.absentText}{' '}
        <Link href="/console/guide" onFollow={follow}>
          {texts.navigation.guide}
        </Link>
      </Alert>
    );
  }
  if (tracker?.status === 'disabled') {
    return (
      <Alert type="info" header={words.disabled}>
        {words.disabledText}
      </Alert>
    );
  }
  return null;
}
