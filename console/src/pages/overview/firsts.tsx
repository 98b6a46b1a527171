import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import { visible } from '@opencts/client/api';
import { type ReactNode, useState } from 'react';
import { Link } from 'react-router-dom';
import type { Firsts } from '../../api/overview.ts';
import { texts } from '../../texts/index.ts';
import { formatTime, type Zone } from '../../time.ts';
import { traceList } from './addresses.ts';
import { Card } from './card.tsx';
import type { CardLoaded } from './use-card.ts';

const words = texts.overview.firsts;
/** What the service tells of each kind at the most. */
const MOST = 20;
/** As many are shown at first. */
const FEW = 6;
/** Length of a time up to its minutes; the zone stands above. */
const MINUTES = 16;

interface Newcomer {
  name: string;
  first_time: number;
  count: number;
  user?: string;
  address: string;
}

/** What was never seen before the last day; a young project cannot know. */
export function FirstsCard({ loaded, zone }: { loaded: CardLoaded<Firsts>; zone: Zone }) {
  const { value } = loaded;
  const compared = value && hasHistory(value) ? words.compared(formatTime(value.history_from, zone)) : '';
  return (
    <Card loaded={loaded} title={words.title} description={`${words.description} ${compared}`}>
      {(firsts) => (hasHistory(firsts) ? <Newcomers firsts={firsts} zone={zone} /> : muted(words.young))}
    </Card>
  );
}

function hasHistory(firsts: Firsts): firsts is Firsts & { history_from: number } {
  return firsts.history_from !== null && firsts.history_from < firsts.since;
}

function Newcomers({ firsts, zone }: { firsts: Firsts; zone: Zone }) {
  const { operators, source_ips, operations } = firsts;
  if (operators.length + source_ips.length + operations.length === 0) return muted(words.nothing);
  return (
    <div className="overview-columns">
      <Kind
        title={words.operators}
        zone={zone}
        items={operators.map(({ value, ...rest }) => ({
          ...rest,
          name: value,
          address: traceList('7d', { user: value }),
        }))}
      />
      <Kind
        title={words.addresses}
        zone={zone}
        items={source_ips.map(({ value, ...rest }) => ({
          ...rest,
          name: value,
          address: traceList('7d', { by: 'source_ip', value }),
        }))}
      />
      <Kind
        title={words.operations}
        zone={zone}
        items={operations.map(({ service_type, trace_name, ...rest }) => ({
          ...rest,
          name: `${service_type} · ${trace_name}`,
          address: traceList('7d', { source: service_type, value: trace_name }),
        }))}
      />
    </div>
  );
}

function Kind({ title, items, zone }: { title: string; items: Newcomer[]; zone: Zone }) {
  const [all, setAll] = useState(false);
  return (
    <section>
      <h3>{title}</h3>
      {items.length === 0 ? (
        muted(words.none)
      ) : (
        <ul className="overview-list">
          {items.slice(0, all ? MOST : FEW).map(({ name, first_time, count, user, address }) => (
            <li key={name}>
              <Link to={address}>{visible(name)}</Link>
              <small>
                {words.first(formatTime(first_time, zone).slice(0, MINUTES))} · {texts.overview.traces(count)}
                {user && ` · ${words.by(visible(user))}`}
              </small>
            </li>
          ))}
        </ul>
      )}
      {items.length > FEW && !all && (
        <Button
          variant="inline-link"
          onClick={() => setAll(true)}
          ariaLabel={`${words.more(items.length - FEW)}: ${title}`}
        >
          {words.more(items.length - FEW)}
        </Button>
      )}
      {items.length === MOST && all && (
        <Box color="text-body-secondary" fontSize="body-s">
          {words.most(MOST)}
        </Box>
      )}
    </section>
  );
}

const muted = (text: string): ReactNode => <Box color="text-body-secondary">{text}</Box>;
