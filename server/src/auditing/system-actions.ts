import type { NamedKey } from '../kms/index.ts';
import type { OwnTrace } from './fit.ts';

/** That a key is gone, as its owner scheduled. */
export const deletionOf = (key: NamedKey): OwnTrace => ({
  trace_name: 'deleteKey',
  trace_type: 'SystemAction',
  service_type: 'KMS',
  resource_type: 'CMK',
  resource_id: key.id,
  resource_name: key.alias,
  code: '204',
  message: 'deleted at the time that was scheduled',
});

/** That a subscriber was paused because it keeps failing, or answers again. */
export const pauseOf = (
  { urn, endpoint }: { urn: string; endpoint: string },
  paused: boolean,
  reason: string,
): OwnTrace => ({
  trace_name: paused ? 'pauseSubscription' : 'resumeSubscription',
  trace_type: 'SystemAction',
  trace_rating: paused ? 'warning' : 'normal',
  service_type: 'SMN',
  resource_type: 'subscription',
  resource_id: urn,
  resource_name: endpoint,
  message: reason,
  code: '200',
});
