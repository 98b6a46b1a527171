import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import Toggle from '@cloudscape-design/components/toggle';
import { useState } from 'react';
import { Link } from 'react-router-dom';
import type { Parameters } from '../../api/client.ts';
import { NextPage } from '../../next-page.tsx';
import { Problem } from '../../problem.tsx';
import { texts } from '../../texts/index.ts';
import { TraceResults } from '../traces/results.tsx';
import { useTracePages } from '../traces/use-trace-pages.ts';

const words = texts.timeline.operator;
const PAGE = 100;

interface Props {
  /** The operator and the trace type. */
  filters: Parameters;
  range: string;
  /** The trace list with the same. */
  listOf: (filters: Record<string, string>) => string;
}

/** An operator's traces, or only what failed; older ones are added when they are asked for. */
export function OperatorTraces({ filters, range, listOf }: Props) {
  const [failures, setFailures] = useState(false);
  const trace_rating = failures ? 'failed' : '';
  const traces = useTracePages({ ...filters, trace_rating }, range, PAGE);
  const count = traces.pages?.flat().length ?? 0;
  return (
    <Container
      disableContentPaddings
      header={
        <Header
          variant="h2"
          counter={traces.pages && `(${texts.traces.shown(count, traces.more)})`}
          actions={
            <span className="header-actions">
              <Toggle checked={failures} onChange={({ detail }) => setFailures(detail.checked)}>
                {words.failuresOnly}
              </Toggle>
              <Link to={listOf({ status: trace_rating })}>{texts.timeline.toTraces}</Link>
            </span>
          }
        >
          {words.traces}
        </Header>
      }
    >
      {traces.first.error && <Problem error={traces.first.error} onRetry={traces.first.reload} />}
      {!traces.first.error && !traces.pages && (
        <Box padding="l">
          <StatusIndicator type="loading">{texts.traces.loading}</StatusIndicator>
        </Box>
      )}
      {traces.pages?.length === 0 && (
        <Box padding="l" color="text-body-secondary">
          {words.empty}
        </Box>
      )}
      {traces.pages && <TraceResults pages={traces.pages} />}
      <div className="load-more">
        <NextPage
          of={traces}
          text={texts.traces.loadMore.newest}
          loadingText={texts.traces.loadingMore.newest}
        />
      </div>
    </Container>
  );
}
