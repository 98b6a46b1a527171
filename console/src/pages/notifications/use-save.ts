import { useState } from 'react';
import { useNavigate } from 'react-router-dom';
import type { ApiError } from '../../api/client.ts';
import { createNotification, updateNotification } from '../../api/notifications.ts';
import type { Notification } from '../../api/types.ts';
import { useConsole } from '../../console-context.ts';
import { reasonOf } from '../../denied.ts';
import { texts } from '../../texts/index.ts';
import { asApiError } from '../../use-load.ts';
import { type Draft, requestOf } from './draft.ts';
import { ROLES } from './roles.ts';

const words = texts.notifications;
const NAME_TAKEN = 'CTS.0400';

/** Why the service does not take it. */
export interface Refusal {
  /** Absent: it is not about a single field of the last step. */
  about: keyof Draft | undefined;
  message: string;
}

/** @param notification absent: a new one is made */
export function useSave(notification: Notification | undefined, draft: Draft) {
  const { api, notify, onExpired } = useConsole();
  const navigate = useNavigate();
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Refusal>();

  const send = () => {
    const request = requestOf(draft);
    if (!notification) return createNotification(api, request);
    const status = draft.topic === '' ? 'disabled' : notification.topic_id ? notification.status : 'enabled';
    return updateNotification(api, { ...request, notification_id: notification.notification_id, status });
  };
  const save = async () => {
    setBusy(true);
    setRefusal(undefined);
    try {
      await send();
      notify('success', draft.topic === '' ? words.savedWithoutTopic(draft.name) : words.saved(draft.name));
      navigate('/notifications');
    } catch (cause) {
      const error = asApiError(cause);
      if (error.status === 401) onExpired();
      setRefusal({ about: memberOf(error), message: reasonOf(error, ROLES) });
      setBusy(false);
    }
  };
  /** A refusal is over when what it is about has changed. */
  const changed = (next: Partial<Draft>) =>
    setRefusal((before) => (before?.about && !(before.about in next) ? before : undefined));
  return { save, busy, refusal, changed };
}

/** Most refusals begin with the name of the member that they are about. */
function memberOf({ code, message }: ApiError): keyof Draft | undefined {
  if (code === NAME_TAKEN || message.startsWith('notification_name')) return 'name';
  return message.startsWith('topic_id') ? 'topic' : undefined;
}
