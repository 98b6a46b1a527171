import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import ContentLayout from '@cloudscape-design/components/content-layout';
import Header from '@cloudscape-design/components/header';
import SegmentedControl from '@cloudscape-design/components/segmented-control';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useNavigate, useSearchParams } from 'react-router-dom';
import { showClock } from '../../api/clock.ts';
import { listFirsts } from '../../api/overview.ts';
import { listQuarantined } from '../../api/quarantine.ts';
import { listTopicHealth } from '../../api/topics.ts';
import { showTraceStore } from '../../api/trace-store.ts';
import { listTrackers } from '../../api/trackers.ts';
import { useConsole } from '../../console-context.ts';
import { texts } from '../../texts/index.ts';
import type { Zone } from '../../time.ts';
import { TimeHistogram } from '../traces/histogram.tsx';
import { traceList } from './addresses.ts';
import { Card } from './card.tsx';
import { ClockWarning } from './clock-warning.tsx';
import { FirstsCard } from './firsts.tsx';
import { DeliveriesCard, TrackersCard } from './health.tsx';
import './overview.css';
import { QuarantineWarning } from './quarantine-warning.tsx';
import { Ranking } from './ranking.tsx';
import { StoreWarning } from './store-warning.tsx';
import { Totals } from './totals.tsx';
import { loadTraffic, RANGES, type Range, type Traffic } from './traffic.ts';
import { useCard } from './use-card.ts';

const words = texts.overview;
const DEFAULT_RANGE = '7d';

/** What happens in the project, what is new, and whether recording and delivery are well. */
export default function OverviewPage() {
  const { api, zone } = useConsole();
  const [range, setRange] = useRange();
  const traffic = useCard('cts:trace:list', (signal) => loadTraffic(api, range, signal), range);
  const firsts = useCard('cts:trace:list', (signal) => listFirsts(api, signal), 'firsts');
  const trackers = useCard('cts:tracker:list', (signal) => listTrackers(api, signal), 'trackers');
  const deliveries = useCard('smn:topic:list', (signal) => listTopicHealth(api, signal), 'deliveries');
  const quarantine = useCard(
    'opencts:quarantine:list',
    (signal) => listQuarantined(api, { limit: 1 }, signal),
    'quarantine',
  );
  const store = useCard('opencts:store:get', (signal) => showTraceStore(api, signal), 'trace-store');
  const clock = useCard('opencts:clock:get', (signal) => showClock(api, signal), 'clock');
  const cards = [traffic, firsts, trackers, deliveries];
  const empty = traffic.value?.totals.all === 0;

  return (
    <ContentLayout
      header={
        <Header
          variant="h1"
          description={words.description}
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <SegmentedControl
                label={words.range}
                selectedId={range}
                options={RANGES.map((id) => ({ id, text: words.ranges[id] }))}
                onChange={({ detail }) => setRange(detail.selectedId as Range)}
              />
              <Button
                iconName="refresh"
                ariaLabel={texts.common.refresh}
                loading={cards.some(({ loading }) => loading)}
                onClick={() => {
                  for (const { reload } of [...cards, quarantine, store, clock]) reload();
                }}
              />
            </SpaceBetween>
          }
        >
          {words.title}
        </Header>
      }
    >
      <div className="overview">
        <SpaceBetween size="l">
          {cards.every(({ value }) => value === null) && <Alert type="info">{words.forbidden}</Alert>}
          {clock.value?.suspect && <ClockWarning clock={clock.value} onConfirmed={clock.reload} />}
          {store.value?.problem && <StoreWarning store={store.value} />}
          {quarantine.value && quarantine.value.total > 0 && (
            <QuarantineWarning count={quarantine.value.total} />
          )}
          {empty ? (
            <Empty range={range} onWeek={() => setRange('7d')} />
          ) : (
            <Card
              loaded={traffic}
              title={range === '1d' ? words.perHour : words.perDay}
              description={words.hint}
            >
              {(value) => <OverTime traffic={value} range={range} zone={zone} />}
            </Card>
          )}
          {!empty && traffic.value && <Rankings traffic={traffic.value} range={range} />}
          {!(empty && range === '7d') && <FirstsCard loaded={firsts} zone={zone} />}
          <div className="overview-pair">
            <TrackersCard loaded={trackers} />
            <DeliveriesCard loaded={deliveries} />
          </div>
        </SpaceBetween>
      </div>
    </ContentLayout>
  );
}

/** The chosen time; it stands in the address bar. */
function useRange(): [Range, (range: Range) => void] {
  const [parameters, setParameters] = useSearchParams();
  const range = RANGES.find((one) => one === parameters.get('range')) ?? DEFAULT_RANGE;
  return [range, (next) => setParameters(next === DEFAULT_RANGE ? {} : { range: next })];
}

function OverTime({ traffic, range, zone }: { traffic: Traffic; range: Range; zone: Zone }) {
  const navigate = useNavigate();
  return (
    <>
      <Totals totals={traffic.totals} range={range} />
      <TimeHistogram
        histogram={traffic.histogram}
        zone={zone}
        onSelect={(from, to) => navigate(traceList(`${from}-${to}`))}
      />
    </>
  );
}

function Rankings({ traffic, range }: { traffic: Traffic; range: Range }) {
  const { tops, none, noFailures } = words;
  return (
    <div className="overview-columns">
      <Ranking
        title={tops.sources}
        items={traffic.sources}
        none={none}
        addressOf={({ value }) => traceList(range, { source: value })}
      />
      <Ranking
        title={tops.users}
        items={traffic.users}
        none={none}
        addressOf={({ value }) => traceList(range, { user: value })}
      />
      <Ranking
        title={tops.resourceTypes}
        items={traffic.resourceTypes}
        none={none}
        addressOf={({ value }) => traceList(range, { resource_type: value })}
      />
      <Ranking
        title={tops.failures}
        items={traffic.failures}
        none={noFailures}
        addressOf={({ value, rating }) => traceList(range, { status: rating, value })}
      />
    </div>
  );
}

function Empty({ range, onWeek }: { range: Range; onWeek: () => void }) {
  const navigate = useNavigate();
  return (
    <Container>
      <Box textAlign="center" padding="l">
        <SpaceBetween size="s">
          <Box variant="h2">{words.empty.title}</Box>
          <Box color="text-body-secondary">{words.empty.text}</Box>
          <SpaceBetween direction="horizontal" size="xs" alignItems="center">
            {range === '1d' && <Button onClick={onWeek}>{words.empty.week}</Button>}
            <Button variant="primary" onClick={() => navigate('/guide')}>
              {words.empty.guide}
            </Button>
          </SpaceBetween>
        </SpaceBetween>
      </Box>
    </Container>
  );
}
