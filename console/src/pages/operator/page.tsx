import Alert from '@cloudscape-design/components/alert';
import Container from '@cloudscape-design/components/container';
import ContentLayout from '@cloudscape-design/components/content-layout';
import Header from '@cloudscape-design/components/header';
import SegmentedControl from '@cloudscape-design/components/segmented-control';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { useState } from 'react';
import { Link, useNavigate, useSearchParams } from 'react-router-dom';
import type { Api } from '../../api/client.ts';
import type { Bucket } from '../../api/types.ts';
import { useConsole } from '../../console-context.ts';
import { Problem } from '../../problem.tsx';
import { texts } from '../../texts/index.ts';
import { useLoad } from '../../use-load.ts';
import { traceList } from '../overview/addresses.ts';
import '../overview/overview.css';
import { Ranking } from '../overview/ranking.tsx';
import { TimeHistogram } from '../traces/histogram.tsx';
import { TraceResults } from '../traces/results.tsx';
import { resolveRange } from '../traces/view-state.ts';

const words = texts.timeline.operator;
const RANGES = ['1d', '7d'] as const;
type Range = (typeof RANGES)[number];
const RATINGS = ['', 'warning', 'incident'] as const;
type Rating = (typeof RATINGS)[number];
const TOP = 7;
const NEWEST = 100;
const SIGN_INS = ['login', 'oidcLoginSuccess'];
const FAILED_SIGN_INS = ['loginfailed', 'oidcLoginFailed'];

/** What one user did, from where, and what of it failed. */
export default function OperatorPage() {
  const { api, zone } = useConsole();
  const navigate = useNavigate();
  const [address] = useSearchParams();
  const name = address.get('name') ?? '';
  const [range, setRange] = useState<Range>('7d');
  const [rating, setRating] = useState<Rating>('');
  const work = useLoad((signal) => loadWork(api, name, range, signal), JSON.stringify([name, range]));
  const traces = useLoad(
    async (signal) => {
      const query = { user: [name], ...resolveRange(range, Date.now()), limit: NEWEST };
      return (await api.traces({ ...query, ...(rating ? { trace_rating: rating } : {}) }, signal)).traces;
    },
    JSON.stringify([name, range, rating]),
  );
  const list = (filters: Record<string, string> = {}) => traceList(range, { user: name, ...filters });

  if (name === '') return <Alert type="info">{words.missing}</Alert>;
  return (
    <ContentLayout
      header={
        <Header
          variant="h1"
          description={words.description}
          actions={
            <SegmentedControl
              label={words.range}
              selectedId={range}
              onChange={({ detail }) => setRange(detail.selectedId as Range)}
              options={RANGES.map((id) => ({ id, text: words.days[id] }))}
            />
          }
        >
          {words.title(name)}
        </Header>
      }
    >
      <div className="overview">
        <SpaceBetween size="l">
          {work.error && <Problem error={work.error} onRetry={work.reload} />}
          {work.loading && !work.value && (
            <StatusIndicator type="loading">{texts.common.loading}</StatusIndicator>
          )}
          {work.value && (
            <Container>
              <div className="overview-totals">
                {(['all', 'warning', 'incident'] as const).map((kind) => (
                  <Link
                    key={kind}
                    className={`overview-total ${kind}`}
                    to={list({ status: kind === 'all' ? '' : kind })}
                  >
                    {texts.overview.totals[kind]}
                    <b>{texts.overview.number(work.value?.totals[kind] ?? 0)}</b>
                    <small>
                      {kind === 'all'
                        ? words.signIns(work.value?.signIns ?? 0, work.value?.failedSignIns ?? 0)
                        : texts.overview.totalHints[kind]}
                    </small>
                  </Link>
                ))}
              </div>
              <TimeHistogram
                histogram={work.value.histogram}
                zone={zone}
                onSelect={(from, to) => navigate(traceList(`${from}-${to}`, { user: name }))}
              />
            </Container>
          )}
          {work.value && (
            <div className="overview-columns">
              <Ranking
                title={words.addresses}
                items={work.value.addresses}
                none={words.none}
                addressOf={() => list()}
              />
              <Ranking
                title={words.operations}
                items={work.value.operations}
                none={words.none}
                addressOf={({ value }) => list({ by: 'trace_name', value })}
              />
              <Ranking
                title={words.failed}
                items={work.value.failures}
                none={words.none}
                addressOf={({ value, rating }) => list({ by: 'trace_name', value, status: rating ?? '' })}
              />
            </div>
          )}
          <Container
            disableContentPaddings
            header={
              <Header
                variant="h2"
                actions={
                  <SegmentedControl
                    label={words.which}
                    selectedId={rating || 'all'}
                    onChange={({ detail }) =>
                      setRating(RATINGS.find((one) => one === detail.selectedId) ?? '')
                    }
                    options={RATINGS.map((id) => ({
                      id: id || 'all',
                      text: id ? (texts.traces.status[id] ?? id) : words.all,
                    }))}
                  />
                }
              >
                <Link to={list({ status: rating })}>{words.traces}</Link>
              </Header>
            }
          >
            {traces.error && <Problem error={traces.error} onRetry={traces.reload} />}
            {traces.value && <TraceResults pages={[traces.value]} />}
          </Container>
        </SpaceBetween>
      </div>
    </ContentLayout>
  );
}

async function loadWork(api: Api, name: string, range: Range, signal: AbortSignal) {
  const query = { user: [name], ...resolveRange(range, Date.now()) };
  const failed = async (rating: 'warning' | 'incident') =>
    (await api.facet('trace_name', { ...query, trace_rating: rating }, signal)).map((one) => ({
      ...one,
      rating,
    }));
  const [histogram, addresses, operations, ...failures] = await Promise.all([
    api.histogram({ ...query, buckets: range === '1d' ? 25 : 60 }, signal),
    api.facet('source_ip', query, signal),
    api.facet('trace_name', query, signal),
    failed('incident'),
    failed('warning'),
  ]);
  const sum = (count: (bucket: Bucket) => number) =>
    histogram.buckets.reduce((total, bucket) => total + count(bucket), 0);
  const times = (names: string[]) =>
    operations.filter(({ value }) => names.includes(value)).reduce((total, { count }) => total + count, 0);
  return {
    histogram,
    totals: {
      all: sum(({ normal, warning, incident }) => normal + warning + incident),
      warning: sum(({ warning }) => warning),
      incident: sum(({ incident }) => incident),
    },
    signIns: times(SIGN_INS),
    failedSignIns: times(FAILED_SIGN_INS),
    addresses: addresses.slice(0, TOP),
    operations: operations.slice(0, TOP),
    failures: failures.flat().slice(0, TOP),
  };
}
