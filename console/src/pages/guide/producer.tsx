import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import CopyToClipboard from '@cloudscape-design/components/copy-to-clipboard';
import FormField from '@cloudscape-design/components/form-field';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { useEffect, useState } from 'react';
import { createIngestKey } from '../../api/access.ts';
import type { Trace } from '../../api/types.ts';
import { useConsole } from '../../console-context.ts';
import { fileStamp } from '../../files.ts';
import { texts } from '../../texts/index.ts';
import { useAct, useLoad } from '../../use-load.ts';
import type { Recording } from '../../use-recording.ts';
import { TraceResults } from '../traces/results.tsx';
import { commandOf, SOURCE } from './command.ts';
import './guide.css';
import { useUnless } from '../../use-unless.ts';
import { Step } from './step.tsx';

const words = texts.guide.producer;
const ROLES = ['CTS FullAccess'];
const LOOK_MS = 1_000;
const WEEK_MS = 7 * 86_400_000;

interface Props {
  number: number;
  /** Undefined: it is not known. */
  recording: Recording | undefined;
}

/** An ingest key, a command that sends a trace with it, and that trace as it appears. */
export function Producer({ number, recording }: Props) {
  const unless = useUnless();
  const { api, session } = useConsole();
  const act = useAct();
  const [secret, setSecret] = useState('');
  const [arrived, setArrived] = useState<Trace>();
  const reported = useLoad(async (signal) => {
    const now = Date.now();
    // The service's own traces tell nothing of producers.
    const sources = await api.facet('service_type', { from: now - WEEK_MS, to: now }, signal);
    return sources.some(({ value }) => !OWN.has(value));
  }, 'reported');

  const create = async () => {
    const made = await createIngestKey(api, `first-steps-${fileStamp()}`);
    setSecret(made.secret ?? '');
  };

  useEffect(() => {
    if (!secret || arrived) return;
    const since = Date.now() - 60_000;
    const abort = new AbortController();
    const look = async () => {
      const found = await api.traces(
        { service_type: SOURCE, from: since, to: Date.now() + 60_000, limit: 1 },
        abort.signal,
      );
      if (found.traces[0]) setArrived(found.traces[0]);
    };
    // What fails now may go well a second later.
    const timer = setInterval(() => void look().catch(() => undefined), LOOK_MS);
    return () => {
      clearInterval(timer);
      abort.abort();
    };
  }, [api, secret, arrived]);

  const enabled = recording === 'on';
  const done = arrived !== undefined || reported.value;
  const command = commandOf(api.path.project_id, session.domain.id, secret);
  return (
    <Step
      number={number}
      title={words.title}
      text={words.text}
      done={recording && done}
      result={recording && recording !== 'on' && done === false ? words.first[recording] : undefined}
      action={
        !secret && (
          <Button
            variant={enabled && reported.value === false ? 'primary' : 'normal'}
            disabled={!enabled}
            {...unless('cts:ingestKey:create')}
            onClick={() => void act(words.create, create, ROLES)}
          >
            {words.create}
          </Button>
        )
      }
    >
      {secret !== '' && (
        <SpaceBetween size="s">
          <Alert type="warning">{words.once}</Alert>
          <FormField
            label={words.command}
            secondaryControl={
              <CopyToClipboard
                copyButtonText={words.copy}
                copySuccessText={words.copied}
                copyErrorText={words.copyFailed}
                textToCopy={command}
              />
            }
          >
            <pre className="json key command-text">{command}</pre>
          </FormField>
          {arrived ? (
            <>
              <StatusIndicator type="success">{words.arrived}</StatusIndicator>
              <TraceResults pages={[[arrived]]} />
            </>
          ) : (
            <StatusIndicator type="in-progress">{words.waiting}</StatusIndicator>
          )}
        </SpaceBetween>
      )}
    </Step>
  );
}

const OWN = new Set(['CTS', 'IAM', 'SMN', 'OBS', 'KMS']);
