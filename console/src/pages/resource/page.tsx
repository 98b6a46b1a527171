import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import ContentLayout from '@cloudscape-design/components/content-layout';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { visible } from '@opencts/client/api';
import { Link, useSearchParams } from 'react-router-dom';
import { useConsole } from '../../console-context.ts';
import { Problem } from '../../problem.tsx';
import { texts } from '../../texts/index.ts';
import { useLoad } from '../../use-load.ts';
import { keyOf, type Resource, resourceFilters, resourcePage, traceList } from '../overview/addresses.ts';
import { TypeSwitch } from '../traces/type-switch.tsx';
import { useTracePages } from '../traces/use-trace-pages.ts';
import { type Family, resolveRange } from '../traces/view-state.ts';
import { Head } from './head.tsx';
import { loadSummary, type Summary } from './summary.ts';
import { Timeline } from './timeline.tsx';
import './timeline.css';

const words = texts.timeline.resource;
const RANGE = '7d';
const PAGE = 100;

export default function ResourcePage() {
  const [address, setAddress] = useSearchParams();
  const type = address.get('type') === 'data' ? 'data' : 'system';
  const resource = {
    resource_id: address.get('id') ?? '',
    resource_name: address.get('name') ?? '',
    resource_type: address.get('resource_type') ?? '',
    service_type: address.get('source') ?? '',
  };
  const change = (next: Family) =>
    setAddress((current) => new URLSearchParams({ ...Object.fromEntries(current), type: next }));
  const page = resourcePage(resource, type);
  if (!page) return <Alert type="info">{words.missing}</Alert>;
  return <ResourceOf key={page} resource={resource} type={type} onType={change} />;
}

interface Props {
  resource: Resource;
  type: Family;
  onType: (type: Family) => void;
}

/** Everything that was done to one resource, and what changed from one operation to the next. */
function ResourceOf({ resource, type, onType }: Props) {
  const { api } = useConsole();
  const filters = { trace_type: type, ...keyOf(resource, type) };
  const traces = useTracePages(filters, RANGE, PAGE);
  const summary = useLoad<Summary>(
    (signal) => loadSummary(api, { ...filters, ...resolveRange(RANGE, Date.now()) }, signal),
    JSON.stringify(filters),
  );
  const list = traceList(RANGE, resourceFilters(resource, type));
  const latest = traces.pages?.[0]?.[0];
  // All of a bucket bears the bucket's id, and no object's name.
  const ofMany = type === 'data' && resource.resource_name === '';
  const name = (!ofMany && latest?.resource_name) || resource.resource_name || resource.resource_id;
  const error = traces.first.error ?? summary.error;
  const reload = () => {
    traces.first.reload();
    summary.reload();
  };

  return (
    <ContentLayout
      header={
        <Header
          variant="h1"
          description={words.description}
          actions={
            <span className="header-actions">
              <TypeSwitch type={type} onChange={onType} />
              <Link to={list}>{texts.timeline.toTraces}</Link>
            </span>
          }
        >
          <span className="long-name">{visible(name)}</span>
        </Header>
      }
    >
      <SpaceBetween size="l">
        {error && <Problem error={error} onRetry={reload} />}
        {!error && !traces.pages && <StatusIndicator type="loading">{texts.common.loading}</StatusIndicator>}
        {traces.pages && !latest && (
          <Box textAlign="center" padding="xl">
            <Box variant="h3">{words.none[type]}</Box>
            <Box color="text-body-secondary">{words.noneText}</Box>
          </Box>
        )}
        {latest && <Head latest={latest} summary={summary.value} type={type} />}
        {latest && <Timeline name={name} traces={traces} summary={summary.value} list={list} />}
      </SpaceBetween>
    </ContentLayout>
  );
}
