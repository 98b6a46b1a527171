import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import ContentLayout from '@cloudscape-design/components/content-layout';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import Header from '@cloudscape-design/components/header';
import ProgressBar from '@cloudscape-design/components/progress-bar';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { useEffect, useState } from 'react';
import { beginSearch, cancelSearch, exportSearch, findSearch, tracesOfSearch } from '../../api/archive.ts';
import type { ArchiveSearch, Trace } from '../../api/types.ts';
import { useConsole } from '../../console-context.ts';
import { fileStamp, formatBytes, saveFile } from '../../files.ts';
import { NextPage } from '../../next-page.tsx';
import { formatNumber } from '../../number.ts';
import { Problem } from '../../problem.tsx';
import { texts } from '../../texts/index.ts';
import { useAct, useLoad } from '../../use-load.ts';
import { nextOf, type Page, usePages } from '../../use-pages.ts';
import { TraceResults } from '../traces/results.tsx';
import { filtersOf, resolveRange, useView, type View } from '../traces/view-state.ts';
import { SearchForm } from './form.tsx';

const words = texts.search;
const POLL_MS = 500;
/** Findings of the first page. */
const PAGE = 100;

const runs = (search: ArchiveSearch) => search.status === 'waiting' || search.status === 'running';

/** What was asked for, as the service takes it: what is empty is no filter. */
function queryOf(view: View) {
  const users = view.users.map((user) => user.trim()).filter((user) => user !== '');
  const { projects, ...asked } = filtersOf(view);
  const filters = Object.entries({ ...asked, user: users });
  const given = filters.filter(([, value]) => value !== '' && !(Array.isArray(value) && value.length === 0));
  return { ...Object.fromEntries(given), ...resolveRange(view.range, Date.now()) };
}

/** Searches in archived traces over any time, with progress; the address keeps filters and search. */
export default function SearchPage() {
  const { api } = useConsole();
  const act = useAct();
  const [seen, change] = useView();
  const view = seen.range === '1h' ? { ...seen, range: '30d' } : seen;
  const [busy, setBusy] = useState(false);

  const begin = async (wanted: View) => {
    setBusy(true);
    await act(words.done.failed ?? '', async () => {
      const { id } = await beginSearch(api, queryOf(wanted));
      change({ ...wanted, search: id, expanded: [], trace: '' });
    });
    setBusy(false);
  };

  return (
    <ContentLayout
      header={
        <Header variant="h1" description={words.description}>
          {words.title}
        </Header>
      }
    >
      <SpaceBetween size="l">
        <Container>
          <SearchForm view={view} busy={busy} onSearch={(wanted) => void begin(wanted)} />
        </Container>
        {view.search === '' ? (
          <Box color="text-body-secondary" textAlign="center" padding="l">
            {words.hint}
          </Box>
        ) : (
          <Findings key={view.search} id={view.search} />
        )}
      </SpaceBetween>
    </ContentLayout>
  );
}

function Findings({ id }: { id: string }) {
  const { api, zone } = useConsole();
  const act = useAct();
  const state = useLoad(
    (signal) => findSearch(api, id, signal),
    id,
    (search) => search !== undefined && runs(search) && POLL_MS,
  );
  const [exporting, setExporting] = useState(false);
  const { value: search, error, reload } = state;

  if (error?.status === 404) return <Alert type="info">{words.gone}</Alert>;
  if (error && !search) return <Problem error={error} onRetry={reload} />;
  if (!search) return <StatusIndicator type="loading">{texts.common.loading}</StatusIndicator>;

  const exportCsv = async () => {
    setExporting(true);
    await act(texts.common.failed, async () => {
      const time_zone = zone === 'utc' ? 'UTC' : Intl.DateTimeFormat().resolvedOptions().timeZone;
      saveFile(await exportSearch(api, id, time_zone), `archived-traces-${fileStamp()}.csv`);
    });
    setExporting(false);
  };
  return (
    <SpaceBetween size="m">
      <Progress
        search={search}
        onStop={() => void act(words.cancel, () => cancelSearch(api, id).then(reload))}
      />
      {search.limit_reached && <Alert type="info">{words.limit}</Alert>}
      {search.problem_count > 0 && <Problems search={search} />}
      {search.found > 0 && (
        <Found
          search={search}
          actions={
            <Button
              iconName="download"
              loading={exporting}
              disabled={runs(search)}
              onClick={() => void exportCsv()}
            >
              {texts.traces.exportCsv}
            </Button>
          }
        />
      )}
      {search.found === 0 && !runs(search) && search.status !== 'failed' && (
        <Box textAlign="center" padding="l">
          <Box variant="h3">{words.nothing}</Box>
          <Box color="text-body-secondary">{words.nothingText}</Box>
        </Box>
      )}
    </SpaceBetween>
  );
}

function Progress({ search, onStop }: { search: ArchiveSearch; onStop: () => void }) {
  const { total, done } = search;
  if (search.status === 'failed') {
    return (
      <Alert type="error" header={words.done.failed}>
        {search.message}
      </Alert>
    );
  }
  if (runs(search)) {
    const share = total.bytes === 0 ? 0 : (done.bytes / total.bytes) * 100;
    const counts = words.progress(
      formatNumber(done.files),
      formatNumber(total.files),
      `${formatBytes(done.bytes)} / ${formatBytes(total.bytes)}`,
    );
    return (
      <div className="search-progress">
        <ProgressBar
          value={share}
          label={words.running}
          description={search.status === 'waiting' ? words.waiting : counts}
          additionalInfo={words.soFar(search.found)}
        />
        <Button onClick={onStop}>{words.cancel}</Button>
      </div>
    );
  }
  const seconds = ((search.finish_time ?? search.create_time) - search.create_time) / 1000;
  return (
    <StatusIndicator type={search.status === 'finished' ? 'success' : 'stopped'}>
      {words.done[search.status]}:{' '}
      {words.found(
        search.found,
        done.traces,
        formatNumber(seconds, { minimumFractionDigits: 1, maximumFractionDigits: 1 }),
      )}
    </StatusIndicator>
  );
}

function Problems({ search }: { search: ArchiveSearch }) {
  const { problems, problem_count } = search;
  return (
    <Alert type="warning" header={words.problems(problem_count)}>
      <ExpandableSection headerText={texts.archive.files}>
        <ul className="hints">
          {problems.map(({ bucket, key, problem, message }) => (
            <li key={`${bucket} ${key}`} title={message}>
              <span className="long-name">
                {bucket}/{key}
              </span>
              : {words.problem[problem]}
            </li>
          ))}
        </ul>
      </ExpandableSection>
    </Alert>
  );
}

function Found({ search, actions }: { search: ArchiveSearch; actions: React.ReactNode }) {
  const { api } = useConsole();
  // While it runs the first page is loaded anew until it is full.
  const stage = runs(search) ? Math.min(search.found, PAGE) : 'end';
  const load = async (marker?: string, signal?: AbortSignal): Promise<Page<Trace>> => {
    const { traces, meta_data } = await tracesOfSearch(api, search.id, marker, signal);
    return { items: traces, next: nextOf(meta_data.marker, load) };
  };
  const found = usePages((signal) => load(undefined, signal), search.id);
  const { reload } = found.first;
  // biome-ignore lint/correctness/useExhaustiveDependencies: every stage has found more
  useEffect(reload, [reload, stage]);
  return (
    <Container
      disableContentPaddings
      header={
        <Header variant="h2" counter={`(${formatNumber(search.found)})`} actions={actions}>
          {words.results}
        </Header>
      }
      footer={
        !runs(search) && (
          <div className="load-more">
            <NextPage of={found} text={words.more} />
          </div>
        )
      }
    >
      <TraceResults pages={found.pages ?? []} />
    </Container>
  );
}
