import Alert from '@cloudscape-design/components/alert';
import Container from '@cloudscape-design/components/container';
import ContentLayout from '@cloudscape-design/components/content-layout';
import Header from '@cloudscape-design/components/header';
import SegmentedControl from '@cloudscape-design/components/segmented-control';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { visible } from '@opencts/client/api';
import { Link, useNavigate, useSearchParams } from 'react-router-dom';
import { useConsole } from '../../console-context.ts';
import { Problem } from '../../problem.tsx';
import { texts } from '../../texts/index.ts';
import { useLoad } from '../../use-load.ts';
import { traceList } from '../overview/addresses.ts';
import '../overview/overview.css';
import { Ranking } from '../overview/ranking.tsx';
import { TimeHistogram } from '../traces/histogram.tsx';
import { TypeSwitch } from '../traces/type-switch.tsx';
import { type Family, resolveRange } from '../traces/view-state.ts';
import { SourceAddresses } from './source-addresses.tsx';
import { OperatorTraces } from './traces.tsx';
import { loadWork, type Work } from './work.ts';

const words = texts.timeline.operator;
/** Bars of the chart for each range. */
const BARS: Record<string, number> = { '1d': 25, '7d': 60 };

/** Addresses in the trace list of what a part of the page shows. */
type ListOf = (filters?: Record<string, string>, range?: string) => string;

/** What one user did, from where, and what of it failed. */
export default function OperatorPage() {
  const { api } = useConsole();
  const [address, setAddress] = useSearchParams();
  const name = address.get('name') ?? '';
  const type: Family = address.get('type') === 'data' ? 'data' : 'system';
  const range = address.get('range') === '1d' ? '1d' : '7d';
  const change = (part: string, value: string) =>
    setAddress((current) => new URLSearchParams({ ...Object.fromEntries(current), [part]: value }));
  const filters = { trace_type: type, user: [name] };
  const work = useLoad(
    (signal) => loadWork(api, { ...filters, ...resolveRange(range, Date.now()) }, BARS[range] ?? 60, signal),
    JSON.stringify([filters, range]),
  );
  const listOf: ListOf = (more, time = range) =>
    traceList(time, { ...(type === 'data' ? { type } : {}), user: name, ...more });

  if (name === '') return <Alert type="info">{words.missing}</Alert>;
  return (
    <ContentLayout
      header={
        <Header
          variant="h1"
          description={words.description}
          actions={
            <span className="header-actions">
              <TypeSwitch type={type} onChange={(next) => change('type', next)} />
              <RangeSwitch range={range} onChange={(next) => change('range', next)} />
            </span>
          }
        >
          <span className="long-name">{words.title(visible(name))}</span>
        </Header>
      }
    >
      <div className="overview">
        <SpaceBetween size="l">
          {work.error && <Problem error={work.error} onRetry={work.reload} />}
          {work.loading && !work.value && (
            <StatusIndicator type="loading">{texts.common.loading}</StatusIndicator>
          )}
          {work.value && <Totals work={work.value} listOf={listOf} />}
          {work.value && <Rankings work={work.value} listOf={listOf} />}
          <OperatorTraces filters={filters} range={range} listOf={listOf} />
        </SpaceBetween>
      </div>
    </ContentLayout>
  );
}

function Totals({ work, listOf }: { work: Work; listOf: ListOf }) {
  const { zone } = useConsole();
  const navigate = useNavigate();
  return (
    <Container>
      <div className="overview-totals">
        {(['all', 'warning', 'incident'] as const).map((kind) => (
          <Link
            key={kind}
            className={`overview-total ${kind}`}
            to={listOf({ status: kind === 'all' ? '' : kind })}
          >
            {texts.overview.totals[kind]}
            <b>{texts.overview.number(work.totals[kind])}</b>
            <small>
              {kind === 'all'
                ? words.signIns(work.signIns.all, work.signIns.failed)
                : texts.overview.totalHints[kind]}
            </small>
          </Link>
        ))}
      </div>
      <TimeHistogram
        histogram={work.histogram}
        zone={zone}
        onSelect={(from, to) => navigate(listOf({}, `${from}-${to}`))}
      />
    </Container>
  );
}

function Rankings({ work, listOf }: { work: Work; listOf: ListOf }) {
  return (
    <div className="overview-columns">
      <SourceAddresses
        addresses={work.addresses}
        fresh={work.fresh}
        addressOf={(value) => listOf({ by: 'source_ip', value })}
      />
      <Ranking
        title={words.sources}
        items={work.sources}
        none={words.none}
        addressOf={({ value }) => listOf({ source: value })}
      />
      <Ranking
        title={words.operations}
        items={work.operations}
        none={words.none}
        addressOf={({ value }) => listOf({ value })}
      />
      <Ranking
        title={words.failed}
        items={work.failures}
        none={words.none}
        addressOf={({ value, rating }) => listOf({ value, status: rating ?? '' })}
      />
    </div>
  );
}

function RangeSwitch({ range, onChange }: { range: string; onChange: (range: string) => void }) {
  return (
    <SegmentedControl
      label={words.range}
      selectedId={range}
      onChange={({ detail }) => onChange(detail.selectedId)}
      options={Object.entries(words.days).map(([id, text]) => ({ id, text }))}
    />
  );
}
