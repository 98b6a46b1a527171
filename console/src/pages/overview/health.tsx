import Box from '@cloudscape-design/components/box';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { Link } from 'react-router-dom';
import type { TopicHealth, Tracker } from '../../api/types.ts';
import { texts } from '../../texts/index.ts';
import { Status } from '../trackers/page.tsx';
import { Card } from './card.tsx';
import type { CardLoaded } from './use-card.ts';

const words = texts.overview;

/** Whether everything is recorded and transferred. */
export function TrackersCard({ loaded }: { loaded: CardLoaded<Tracker[]> }) {
  return (
    <Card
      loaded={loaded}
      title={words.trackers.title}
      actions={<Link to="/trackers">{words.trackers.all}</Link>}
    >
      {(trackers) =>
        trackers.length === 0 ? (
          <StatusIndicator type="warning">{words.trackers.none}</StatusIndicator>
        ) : (
          <ul className="overview-list">
            {trackers.map((tracker) => (
              <li key={tracker.id} className="overview-health">
                <Link to={`/trackers/edit?name=${encodeURIComponent(tracker.tracker_name)}`}>
                  {tracker.tracker_name}
                </Link>
                <Status tracker={tracker} />
              </li>
            ))}
          </ul>
        )
      }
    </Card>
  );
}

/** Whether those who subscribed hear of key events. */
export function DeliveriesCard({ loaded }: { loaded: CardLoaded<TopicHealth[]> }) {
  return (
    <Card
      loaded={loaded}
      title={words.deliveries.title}
      actions={<Link to="/topics">{words.deliveries.all}</Link>}
    >
      {(topics) => <Deliveries topics={topics} />}
    </Card>
  );
}

function Deliveries({ topics }: { topics: TopicHealth[] }) {
  const sum = (member: 'subscriptions' | 'failing' | 'waiting' | 'dead') =>
    topics.reduce((all, one) => all + one[member], 0);
  const subscriptions = sum('subscriptions');
  if (subscriptions === 0) return <Box color="text-body-secondary">{words.deliveries.none}</Box>;
  const [failing, waiting, dead] = [sum('failing'), sum('waiting'), sum('dead')];
  if (failing + waiting + dead === 0) {
    return <StatusIndicator type="success">{words.deliveries.fine(subscriptions)}</StatusIndicator>;
  }
  return (
    <SpaceBetween size="xs">
      {failing > 0 && <StatusIndicator type="error">{words.deliveries.failing(failing)}</StatusIndicator>}
      {waiting > 0 && <StatusIndicator type="pending">{words.deliveries.waiting(waiting)}</StatusIndicator>}
      {dead > 0 && <StatusIndicator type="warning">{words.deliveries.dead(dead)}</StatusIndicator>}
    </SpaceBetween>
  );
}
