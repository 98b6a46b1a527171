import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import ContentLayout from '@cloudscape-design/components/content-layout';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { lazy, Suspense, useEffect, useState } from 'react';
import type { ApiError } from '../../api/client.ts';
import type { Trace } from '../../api/types.ts';
import { useConsole } from '../../console-context.ts';
import { formatNumber } from '../../number.ts';
import { changeSettings, useSettings } from '../../settings.ts';
import { texts } from '../../texts/index.ts';
import { toldOf } from '../../told.ts';
import { useRecording } from '../../use-recording.ts';
import { Way } from '../../way.tsx';
import { Accounted } from './accounted.tsx';
import { Filters } from './filters.tsx';
import { TimeHistogram } from './histogram.tsx';
import { useLayout } from './layout.ts';
import { ListActions, type ListProps } from './list-actions.tsx';
import { RecordingState } from './recording-state.tsx';
import { TraceTable } from './table.tsx';
import { useAccounting } from './use-accounting.ts';
import { type TraceList, useTraces } from './use-traces.ts';
import { addressOf, DEFAULT_VIEW, useView, type View } from './view-state.ts';

const words = texts.traces;
const NEAR_PX = 600;
const Values = lazy(() => import('./values.tsx'));
const TraceView = lazy(() => import('./trace-view.tsx').then(({ TraceView }) => ({ default: TraceView })));

export default function TraceListPage() {
  const { api, zone, onExpired } = useConsole();
  const [view, change] = useView();
  const layout = useLayout(view.columns, view.projects === 'all');
  const { values: hasValues } = useSettings();
  const scrolled = useScrolled();
  const list = useTraces(api, view, scrolled || view.expanded.length > 0, onExpired);
  const accounting = useAccounting(view.range);
  const tracking = useRecording();
  const shown = list.pages.flat();
  const total = totalOf(list);
  // Told where it was typed.
  const refused =
    list.error?.code === 'CTS.0300' && list.error.message.startsWith('q ') ? list.error : undefined;
  const relative = !view.range.includes('-');

  return (
    <ContentLayout
      header={
        <Header
          variant="h1"
          description={words.description}
          actions={<ListActions view={view} change={change} list={list} layout={layout} />}
        >
          {words.title}
        </Header>
      }
    >
      <SpaceBetween size="m">
        <RecordingState tracking={tracking} onStarted={list.refresh} />
        <Filters api={api} view={view} zone={zone} problem={refused?.message} onChange={change} />
        {list.error && !refused && <Problem error={list.error} onRetry={list.refresh} />}
        <Container
          disableContentPaddings
          footer={list.count > 0 && <Footer list={list} order={view.order} total={total} />}
        >
          <div className={hasValues ? 'with-values' : undefined}>
            {hasValues && list.range && (
              <Suspense fallback={<div className="values" />}>
                <Values view={view} range={list.range} onChange={change} />
              </Suspense>
            )}
            <div>
              <div className="histogram-area">
                <div className="histogram-head">
                  <Box variant="h2" fontSize="heading-s">
                    {words.histogram.title}{' '}
                    {total !== undefined && (
                      <Box variant="span" color="text-body-secondary" fontWeight="normal">
                        ({formatNumber(total)})
                      </Box>
                    )}
                  </Box>
                  <div className="histogram-notes">
                    <Button
                      variant="inline-link"
                      ariaExpanded={hasValues}
                      onClick={() => changeSettings({ values: !hasValues })}
                    >
                      {hasValues ? words.values.hide : words.values.show}
                    </Button>
                    {!relative && (
                      <Button variant="inline-link" onClick={() => change({ range: DEFAULT_VIEW.range })}>
                        {words.histogram.back}
                      </Button>
                    )}
                    {view.projects === '' && <Accounted hours={accounting} tracking={tracking} />}
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
                layout={layout}
                order={view.order}
                onOrder={(order) => change({ order, live: false, expanded: [] })}
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
            </div>
          </div>
        </Container>
        {list.more && <LoadMore list={list} order={view.order} />}
      </SpaceBetween>
      {view.trace && (
        <Suspense>
          <Viewed list={list} shown={shown} view={view} change={change} />
        </Suspense>
      )}
    </ContentLayout>
  );
}

/** The trace that is open, with ways to those beside it in the list. */
function Viewed({ list, shown, view, change }: ListProps & { shown: Trace[] }) {
  const { api, zone } = useConsole();
  const place = shown.findIndex((trace) => trace.trace_id === view.trace);
  const { more, loadMore } = list;
  const isNearEnd = place >= 0 && place >= shown.length - 2;
  useEffect(() => {
    if (isNearEnd && more) loadMore();
  }, [isNearEnd, more, loadMore]);
  const wayTo = (trace: Trace | undefined) =>
    place >= 0 && trace ? () => change({ trace: trace.trace_id }, false) : undefined;
  const [above, below] = [wayTo(shown[place - 1]), wayTo(shown[place + 1])];
  return (
    <TraceView
      api={api}
      id={view.trace}
      known={shown[place]}
      zone={zone}
      onClose={() => change({ trace: '' })}
      onNewer={view.order === 'newest' ? above : below}
      onOlder={view.order === 'newest' ? below : above}
    />
  );
}

/** Of the whole range, as the chart counts; undefined: it was not counted yet. */
const totalOf = ({ histogram }: TraceList) =>
  histogram?.buckets.reduce((sum, { normal, warning, incident }) => sum + normal + warning + incident, 0);

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

function Footer({
  list,
  order,
  total,
}: {
  list: TraceList;
  order: View['order'];
  total: number | undefined;
}) {
  return (
    <Box color="text-body-secondary" fontSize="body-s">
      {!list.more
        ? words.end(list.count, order)
        : total === undefined
          ? words.shown(list.count, true)
          : words.shownOf(list.count, Math.max(total, list.count))}
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
        <SpaceBetween direction="horizontal" size="xs" alignItems="center">
          {view.range !== '7d' && (
            <Button onClick={() => onChange({ range: '7d' })}>{words.empty.week}</Button>
          )}
          <Button onClick={() => onChange({ ...filters, type })}>{words.empty.reset}</Button>
          <Way to={`/search?${addressOf({ ...view, order: DEFAULT_VIEW.order, live: false })}`}>
            {words.empty.archive}
          </Way>
        </SpaceBetween>
      </SpaceBetween>
    </Box>
  );
}

/** Loads further traces when it comes near, and by a click for those who do not scroll. */
function LoadMore({ list, order }: { list: TraceList; order: View['order'] }) {
  const { loadMore, loadingMore } = list;
  const [element, setElement] = useState<HTMLDivElement | null>(null);
  useEffect(() => {
    if (!element) return;
    // Looked at after every page and every scroll: an observer would be silent while it stays in sight.
    const look = () => {
      if (element.getBoundingClientRect().top < innerHeight + NEAR_PX) loadMore();
    };
    look();
    addEventListener('scroll', look, { passive: true });
    return () => removeEventListener('scroll', look);
  }, [element, loadMore]);
  return (
    <div ref={setElement} className="load-more">
      <Button onClick={loadMore} loading={loadingMore} loadingText={words.loadingMore[order]}>
        {words.loadMore[order]}
      </Button>
    </div>
  );
}
