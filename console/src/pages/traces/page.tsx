import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import ButtonDropdown from '@cloudscape-design/components/button-dropdown';
import Container from '@cloudscape-design/components/container';
import ContentLayout from '@cloudscape-design/components/content-layout';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import Toggle from '@cloudscape-design/components/toggle';
import { lazy, Suspense, useEffect, useState } from 'react';
import type { ApiError } from '../../api/client.ts';
import type { Trace } from '../../api/types.ts';
import { useConsole } from '../../console-context.ts';
import { fileStamp, saveFile } from '../../files.ts';
import { texts } from '../../texts/index.ts';
import { toldOf } from '../../told.ts';
import { useRecording } from '../../use-recording.ts';
import { Accounted } from './accounted.tsx';
import { Filters } from './filters.tsx';
import { TimeHistogram } from './histogram.tsx';
import { RecordingState } from './recording-state.tsx';
import { TraceTable } from './table.tsx';
import { useAccounting } from './use-accounting.ts';
import { useTraces } from './use-traces.ts';
import { DEFAULT_VIEW, filtersOf, resolveRange, useView, type View } from './view-state.ts';

const words = texts.traces;
const NEAR_PX = 600;
const TraceView = lazy(() => import('./trace-view.tsx').then(({ TraceView }) => ({ default: TraceView })));

export default function TraceListPage() {
  const { api, zone, onExpired } = useConsole();
  const [view, change] = useView();
  const scrolled = useScrolled();
  const list = useTraces(api, view, scrolled || view.expanded.length > 0, onExpired);
  const accounting = useAccounting(view.range);
  const tracking = useRecording();
  const [exporting, setExporting] = useState(false);
  const shown = list.pages.flat();
  // Told where it was typed.
  const refused =
    list.error?.code === 'CTS.0300' && list.error.message.startsWith('q ') ? list.error : undefined;
  const relative = !view.range.includes('-');

  const exportCsv = async (limit: number) => {
    setExporting(true);
    try {
      const time_zone = zone === 'utc' ? 'UTC' : Intl.DateTimeFormat().resolvedOptions().timeZone;
      const range = resolveRange(view.range, Date.now());
      const blob = await api.exportCsv({ ...filtersOf(view), ...range, limit, time_zone });
      saveFile(blob, `traces-${fileStamp()}.csv`);
    } finally {
      setExporting(false);
    }
  };

  return (
    <ContentLayout
      header={
        <Header
          variant="h1"
          description={words.description}
          actions={
            <SpaceBetween direction="horizontal" size="xs" alignItems="center">
              <Toggle
                checked={view.live}
                disabled={!relative}
                onChange={({ detail }) => change({ live: detail.checked })}
                ariaLabel={words.liveOn}
              >
                {words.live}
              </Toggle>
              <Button
                iconName="refresh"
                ariaLabel={words.refresh}
                onClick={list.refresh}
                loading={list.loading}
              />
              <ButtonDropdown
                loading={exporting}
                items={[
                  { id: '5000', text: words.exportNewest },
                  { id: '10000000', text: words.exportAll },
                ]}
                onItemClick={({ detail }) => void exportCsv(Number(detail.id))}
              >
                {words.export}
              </ButtonDropdown>
            </SpaceBetween>
          }
        >
          {words.title}
        </Header>
      }
    >
      <SpaceBetween size="m">
        <RecordingState tracking={tracking} onStarted={list.refresh} />
        <Filters api={api} view={view} zone={zone} problem={refused?.message} onChange={change} />
        {list.error && !refused && <Problem error={list.error} onRetry={list.refresh} />}
        <Container disableContentPaddings footer={list.count > 0 && <Footer list={list} />}>
          <div className="histogram-area">
            <div className="histogram-head">
              <Box variant="h2" fontSize="heading-s">
                {words.histogram.title}
              </Box>
              <div className="histogram-notes">
                {!relative && (
                  <Button variant="inline-link" onClick={() => change({ range: DEFAULT_VIEW.range })}>
                    {words.histogram.back}
                  </Button>
                )}
                <Accounted hours={accounting} tracking={tracking} />
              </div>
            </div>
            <TimeHistogram
              histogram={list.histogram}
              zone={zone}
              onSelect={(from, to) => change({ range: `${from}-${to}`, live: false })}
            />
          </div>
          {list.fresh > 0 && (
            <div className="fresh">
              <Button
                iconName="angle-up"
                onClick={() => {
                  change({ expanded: [] });
                  scrollTo({ top: 0 });
                  list.showFresh();
                }}
              >
                {words.fresh(list.fresh)}
              </Button>
            </div>
          )}
          <TraceTable
            pages={list.pages}
            zone={zone}
            expanded={view.expanded}
            onToggle={(id) =>
              change({
                expanded: view.expanded.includes(id)
                  ? view.expanded.filter((other) => other !== id)
                  : [...view.expanded, id],
              })
            }
            onView={(trace) => change({ trace: trace.trace_id })}
            onFilter={change}
          />
          {list.loading && list.count === 0 && (
            <Box textAlign="center" padding="xl">
              <StatusIndicator type="loading">{words.loading}</StatusIndicator>
            </Box>
          )}
          {!list.loading && !list.error && list.count === 0 && <Empty view={view} onChange={change} />}
        </Container>
        {list.more && <LoadMore onVisible={list.loadMore} loading={list.loadingMore} />}
      </SpaceBetween>
      {view.trace && (
        <Suspense>
          <TraceView
            api={api}
            id={view.trace}
            known={shown.find((trace: Trace) => trace.trace_id === view.trace)}
            zone={zone}
            onClose={() => change({ trace: '' })}
          />
        </Suspense>
      )}
    </ContentLayout>
  );
}

function useScrolled(): boolean {
  const [scrolled, setScrolled] = useState(false);
  useEffect(() => {
    const look = () => setScrolled(scrollY > 300);
    addEventListener('scroll', look, { passive: true });
    return () => removeEventListener('scroll', look);
  }, []);
  return scrolled;
}

function Problem({ error, onRetry }: { error: ApiError; onRetry: () => void }) {
  const away = error.status === 503;
  return (
    <Alert
      type={away ? 'warning' : 'error'}
      header={words.error.title}
      action={<Button onClick={onRetry}>{words.error.retry}</Button>}
    >
      {away ? words.error.away : toldOf(error)}
    </Alert>
  );
}

function Footer({ list }: { list: ReturnType<typeof useTraces> }) {
  return (
    <Box color="text-body-secondary" fontSize="body-s">
      {list.more ? words.shown(list.count, true) : words.end(list.count)}
    </Box>
  );
}

function Empty({ view, onChange }: { view: View; onChange: (change: Partial<View>) => void }) {
  const { range, type, ...filters } = DEFAULT_VIEW;
  return (
    <Box padding={{ horizontal: 'l', vertical: 'xl' }}>
      <SpaceBetween size="s" alignItems="center">
        <Box variant="h3" textAlign="center">
          {words.empty.title}
        </Box>
        <ul className="hints">
          {words.empty.hints.map((hint) => (
            <li key={hint}>{hint}</li>
          ))}
        </ul>
        <SpaceBetween direction="horizontal" size="xs">
          {view.range !== '7d' && (
            <Button onClick={() => onChange({ range: '7d' })}>{words.empty.week}</Button>
          )}
          <Button onClick={() => onChange({ ...filters, type })}>{words.empty.reset}</Button>
        </SpaceBetween>
      </SpaceBetween>
    </Box>
  );
}

/** Loads older traces when it comes near, and by a click for those who do not scroll. */
function LoadMore({ onVisible, loading }: { onVisible: () => void; loading: boolean }) {
  const [element, setElement] = useState<HTMLDivElement | null>(null);
  useEffect(() => {
    if (!element) return;
    // Looked at after every page and every scroll: an observer would be silent while it stays in sight.
    const look = () => {
      if (element.getBoundingClientRect().top < innerHeight + NEAR_PX) onVisible();
    };
    look();
    addEventListener('scroll', look, { passive: true });
    return () => removeEventListener('scroll', look);
  }, [element, onVisible]);
  return (
    <div ref={setElement} className="load-more">
      <Button onClick={onVisible} loading={loading} loadingText={words.loadingMore}>
        {words.loadMore}
      </Button>
    </div>
  );
}
