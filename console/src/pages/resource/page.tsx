import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import ContentLayout from '@cloudscape-design/components/content-layout';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SegmentedControl from '@cloudscape-design/components/segmented-control';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { useState } from 'react';
import { Link, useSearchParams } from 'react-router-dom';
import type { Trace } from '../../api/types.ts';
import { useConsole } from '../../console-context.ts';
import { Problem } from '../../problem.tsx';
import { texts } from '../../texts/index.ts';
import { formatTime } from '../../time.ts';
import { useLoad } from '../../use-load.ts';
import { traceList } from '../overview/addresses.ts';
import { Rating } from '../traces/columns.tsx';
import { type Change, changesOf } from './changes.ts';
import './timeline.css';

const words = texts.timeline.resource;
const PAGE = 200;
const WEEK_MS = 7 * 86_400_000;

/** Everything that was done to one resource, and what changed from one operation to the next. */
export default function ResourcePage() {
  const { api, zone } = useConsole();
  const [address] = useSearchParams();
  const [newestFirst, setNewestFirst] = useState(true);
  const [pages, setPages] = useState(1);
  const id = address.get('id') ?? '';
  const name = address.get('name') ?? '';
  const filter = id
    ? { resource_id: id }
    : {
        resource_name: name,
        resource_type: address.get('type') ?? '',
        service_type: address.get('source') ?? '',
      };
  const named = id !== '' || name !== '';
  const { value, loading, error, reload } = useLoad(
    async (signal) => {
      const now = Date.now();
      const range = { from: now - WEEK_MS, to: now + 1000 };
      const traces: Trace[] = [];
      let next: string | undefined;
      for (let page = 0; named && page < pages; page++) {
        const answer = await api.traces(
          { ...filter, ...range, limit: PAGE, ...(next ? { next } : {}) },
          signal,
        );
        traces.push(...answer.traces);
        next = answer.meta_data.marker ?? undefined;
        if (!next) break;
      }
      return { traces, more: next !== undefined };
    },
    JSON.stringify([filter, pages]),
  );
  const traces = value?.traces ?? [];
  const oldestFirst = traces.toReversed();
  const changes = changesOf(oldestFirst);
  const latest = traces[0];
  const list = id
    ? traceList('7d', { by: 'resource_id', value: id })
    : traceList('7d', { by: 'resource_name', value: name });

  return (
    <ContentLayout
      header={
        <Header
          variant="h1"
          description={value && words.operations(traces.length, value.more)}
          actions={
            named && (
              <span className="trace-ways">
                <Link to={list}>{texts.timeline.toTraces}</Link>
              </span>
            )
          }
        >
          {latest?.resource_name || name || id || words.title}
        </Header>
      }
    >
      <SpaceBetween size="l">
        {!named && <Alert type="info">{words.missing}</Alert>}
        {error && <Problem error={error} onRetry={reload} />}
        {named && loading && !value && (
          <StatusIndicator type="loading">{texts.common.loading}</StatusIndicator>
        )}
        {value && named && traces.length === 0 && (
          <Box textAlign="center" padding="xl">
            <Box variant="h3">{words.none}</Box>
            <Box color="text-body-secondary">{words.noneText}</Box>
          </Box>
        )}
        {latest && <Head latest={latest} traces={oldestFirst} />}
        {latest && (
          <Container
            header={
              <Header
                variant="h2"
                actions={
                  <SegmentedControl
                    label={words.order}
                    selectedId={newestFirst ? 'newest' : 'oldest'}
                    onChange={({ detail }) => setNewestFirst(detail.selectedId === 'newest')}
                    options={[
                      { id: 'newest', text: words.newest },
                      { id: 'oldest', text: words.oldest },
                    ]}
                  />
                }
              >
                {words.title}
              </Header>
            }
          >
            <ol className="timeline">
              {(newestFirst ? traces : oldestFirst).map((trace) => (
                <li key={trace.trace_id} className={trace.trace_rating}>
                  <div className="timeline-head">
                    <Link to={`/?range=7d&trace=${trace.trace_id}`}>
                      <b>{trace.trace_name}</b>
                    </Link>
                    <Rating rating={trace.trace_rating} />
                    <span>{formatTime(trace.time, zone)}</span>
                    <span>{words.by(trace.user?.name ?? words.platform, trace.source_ip ?? '')}</span>
                  </div>
                  {trace.trace_rating !== 'normal' && trace.request !== undefined && (
                    <div className="timeline-note">{words.notApplied}</div>
                  )}
                  <Changes changes={changes.get(trace.trace_id) ?? []} />
                </li>
              ))}
            </ol>
            {value?.more && (
              <Button loading={loading} onClick={() => setPages((count) => count + 1)}>
                {texts.timeline.more}
              </Button>
            )}
          </Container>
        )}
      </SpaceBetween>
    </ContentLayout>
  );
}

/** @param traces oldest first */
function Head({ latest, traces }: { latest: Trace; traces: Trace[] }) {
  const { zone } = useConsole();
  const operators = [...new Set(traces.flatMap(({ user }) => user?.name ?? []))];
  const creation = traces.find(
    ({ trace_name, trace_rating }) => trace_rating === 'normal' && /^(create|run)/i.test(trace_name),
  );
  return (
    <Container>
      <KeyValuePairs
        columns={4}
        items={[
          { label: words.id, value: <span className="long-name">{latest.resource_id ?? '–'}</span> },
          { label: words.type, value: latest.resource_type },
          { label: words.source, value: latest.service_type },
          ...(creation
            ? [
                {
                  label: words.created,
                  value: words.createdBy(
                    creation.user?.name ?? words.platform,
                    formatTime(creation.time, zone),
                  ),
                },
              ]
            : []),
          {
            label: words.operators,
            value: (
              <span className="rank-list">
                {operators.map((name, index) => (
                  <span key={name}>
                    {index > 0 && ', '}
                    <Link to={`/operator?name=${encodeURIComponent(name)}`}>{name}</Link>
                  </span>
                ))}
              </span>
            ),
          },
        ]}
      />
    </Container>
  );
}

function Changes({ changes }: { changes: Change[] }) {
  if (changes.length === 0) return null;
  return (
    <dl className="timeline-changes" aria-label={words.changes}>
      {changes.map(({ path, before, after }) => (
        <div key={path} style={{ display: 'contents' }}>
          <dt>{path}</dt>
          <dd>
            {before === undefined ? (
              <span className="timeline-note">{words.absent}</span>
            ) : (
              <del>{before}</del>
            )}
            {' → '}
            <ins>{after}</ins>
          </dd>
        </div>
      ))}
    </dl>
  );
}
