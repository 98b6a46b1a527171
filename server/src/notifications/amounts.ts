import { ERRORS } from '../errors.ts';
import { MOST_OPERATIONS, MOST_SERVICES, MOST_USERS, type NotificationPreview } from './schema.ts';

/** How much one notification, or a look at what it would tell, may name. @throws CtsError 400 */
export function checkAmounts({ operations = [], notify_user_list = [] }: NotificationPreview): void {
  const names = operations.reduce((sum, { trace_names }) => sum + trace_names.length, 0);
  if (names > MOST_OPERATIONS) {
    throw ERRORS.refused(
      'CTS.0401',
      'operations',
      `operations are ${names}; at most ${MOST_OPERATIONS} are allowed`,
    );
  }
  const services = new Set(operations.map(({ service_type }) => service_type)).size;
  if (services > MOST_SERVICES) {
    throw ERRORS.refused(
      'CTS.0401',
      'operations',
      `operations are of ${services} services; at most ${MOST_SERVICES} are allowed`,
    );
  }
  const users = notify_user_list.reduce((sum, { user_list }) => sum + user_list.length, 0);
  if (users > MOST_USERS) {
    throw ERRORS.invalidBody(
      'notify_user_list',
      `notify_user_list has ${users} users; at most ${MOST_USERS} are allowed`,
    );
  }
}
