import { useState } from 'react';
import { useNavigate } from 'react-router-dom';
import type { ApiError } from '../../api/client.ts';
import { createNotification, updateNotification } from '../../api/notifications.ts';
import type { Notification } from '../../api/types.ts';
import { useConsole } from '../../console-context.ts';
import { reasonOf } from '../../denied.ts';
import { type Refusal, refusalOf } from '../../refusal.ts';
import { texts } from '../../texts/index.ts';
import { toldOf } from '../../told.ts';
import { SAVED } from '../../use-leave.tsx';
import { asApiError } from '../../use-load.ts';
import { type Draft, requestOf } from './draft.ts';
import { ROLES } from './roles.ts';

const words = texts.notifications;
const NAME_TAKEN = 'CTS.0400';

/** The fields of the last step, by the members of the request that they fill. */
const FIELDS = new Map<string, keyof Draft>([
  ['notification_name', 'name'],
  ['topic_id', 'topic'],
]);
const MEMBERS = new Set(FIELDS.keys());

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
      navigate('/notifications', { state: SAVED });
    } catch (cause) {
      const error = asApiError(cause);
      if (error.status === 401) onExpired();
      setRefusal(refusedOf(error));
      setBusy(false);
    }
  };
  /** A refusal is over when what it is about has changed. */
  const changed = (next: Partial<Draft>) =>
    setRefusal((before) => {
      const field = FIELDS.get(before?.member ?? '');
      return field && !(field in next) ? before : undefined;
    });
  return { save, busy, refusal, changed };
}

function refusedOf(error: ApiError): Refusal {
  if (error.code === NAME_TAKEN) return { member: 'notification_name', text: toldOf(error) };
  const refusal = refusalOf(error, MEMBERS);
  return refusal.member === '' ? { member: '', text: reasonOf(error, ROLES) } : refusal;
}
