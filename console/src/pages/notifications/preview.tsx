import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { useEffect, useState } from 'react';
import { previewNotification } from '../../api/notifications.ts';
import { useConsole } from '../../console-context.ts';
import { texts } from '../../texts/index.ts';
import { toldOf } from '../../told.ts';
import { useLoad } from '../../use-load.ts';
import { TraceResults } from '../traces/results.tsx';
import { type Draft, hasOpenConditions, previewOf } from './draft.ts';

const words = texts.notifications.form;
const PREVIEW_AFTER_MS = 400;

/** What the last days would have brought; of unfinished conditions it would be too much. */
export function Preview({ draft }: { draft: Draft }) {
  if (hasOpenConditions(draft)) {
    return (
      <Container header={<Header variant="h2">{words.preview}</Header>}>
        <Box color="text-body-secondary">{words.previewUnfinished}</Box>
      </Container>
    );
  }
  return <Findings draft={draft} />;
}

/** Asked anew a moment after the last change. */
function Findings({ draft }: { draft: Draft }) {
  const { api } = useConsole();
  const wanted = JSON.stringify(previewOf(draft));
  const [asked, setAsked] = useState(wanted);
  useEffect(() => {
    const timer = setTimeout(() => setAsked(wanted), PREVIEW_AFTER_MS);
    return () => clearTimeout(timer);
  }, [wanted]);
  const { value, loading, error } = useLoad(
    (signal) => previewNotification(api, JSON.parse(asked), signal),
    asked,
  );
  return (
    <Container
      disableContentPaddings={(value?.count ?? 0) > 0}
      header={
        <Header
          variant="h2"
          description={
            value && value.count > 0 ? words.previewCount(value.count, value.traces.length) : undefined
          }
        >
          {words.preview}
        </Header>
      }
    >
      {error && <StatusIndicator type="error">{toldOf(error)}</StatusIndicator>}
      {loading && !value && !error && (
        <StatusIndicator type="loading">{texts.common.loading}</StatusIndicator>
      )}
      {value?.count === 0 && <Box color="text-body-secondary">{words.previewNone}</Box>}
      {value && value.count > 0 && <TraceResults pages={[value.traces]} />}
    </Container>
  );
}
