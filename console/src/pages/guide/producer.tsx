import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import CopyToClipboard from '@cloudscape-design/components/copy-to-clipboard';
import FormField from '@cloudscape-design/components/form-field';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { useState } from 'react';
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
const MINUTE_MS = 60_000;
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
  const reported = useLoad(async (signal) => {
    const now = Date.now();
    // The service's own traces tell nothing of producers.
    const sources = await api.facet('service_type', { from: now - WEEK_MS, to: now }, signal);
    return sources.some(({ value }) => !OWN.has(value));
  }, 'reported');

  const [made, setMade] = useState({ secret: '', time: 0 });
  const { secret } = made;
  const { value: arrived } = useLoad<Trace | null>(
    async (signal) => {
      if (!secret) return null;
      const range = { from: made.time - MINUTE_MS, to: Date.now() + MINUTE_MS };
      return (await api.traces({ service_type: SOURCE, ...range, limit: 1 }, signal)).traces[0] ?? null;
    },
    secret,
    // What fails now may go well a second later.
    (trace) => secret !== '' && !trace && LOOK_MS,
  );

  const create = async () => {
    const key = await createIngestKey(api, `first-steps-${fileStamp()}`);
    setMade({ secret: key.secret ?? '', time: Date.now() });
  };

  const enabled = recording === 'on';
  const done = Boolean(arrived) || reported.value;
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
