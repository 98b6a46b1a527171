import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { useSearchParams } from 'react-router-dom';
import { listNotifications, listOperations, listTracedOperations } from '../../api/notifications.ts';
import { useConsole } from '../../console-context.ts';
import { Missing } from '../../missing.tsx';
import { Problem } from '../../problem.tsx';
import { texts } from '../../texts/index.ts';
import { useLoad } from '../../use-load.ts';
import { NotificationForm, type World } from './form.tsx';
import { listKnownTopics } from './told.ts';
import { withTraced } from './traced.ts';

/** A notification in three steps, with what it would have told. */
export default function NotificationFormPage() {
  const { api, may } = useConsole();
  const [parameters] = useSearchParams();
  const id = parameters.get('id') ?? '';
  const { value, loading, error, reload } = useLoad<World>(async (signal) => {
    const [notifications, topics, operations, traced] = await Promise.all([
      listNotifications(api, signal),
      listKnownTopics({ api, may }, signal),
      listOperations(api, signal),
      // Who may not read traces chooses from the catalogue.
      may('cts:trace:list') ? listTracedOperations(api, signal) : [],
    ]);
    return {
      notification: notifications.find(({ notification_id }) => notification_id === id),
      topics,
      operations: withTraced(operations, traced),
    };
  }, id);
  if (error) return <Problem error={error} onRetry={reload} />;
  if (!value)
    return loading ? <StatusIndicator type="loading">{texts.common.loading}</StatusIndicator> : null;
  if (id !== '' && !value.notification) {
    const { absent, title } = texts.notifications;
    return <Missing title={absent} ways={[['/notifications', title]]} />;
  }
  return <NotificationForm key={id} world={value} query={parameters.get('query') ?? ''} onTopic={reload} />;
}
