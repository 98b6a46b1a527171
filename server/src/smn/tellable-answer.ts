import { STATUS_CODES } from 'node:http';
import type { Outcome } from './channels/channel.ts';
import { withoutEcho } from './echo.ts';
import type { Waiting } from './queued-messages.ts';
import type { Subscription } from './subscriptions.ts';

/** What may be kept of an answer: of one to a link that confirms its status alone, whatever else it says. */
export function tellableAnswer(
  { answer, status }: Outcome,
  { endpoint, extension, protocol }: Subscription,
  { kind }: Waiting,
  leaveToken: string,
): string {
  if (status !== undefined && (kind === 'confirmation' || kind === 'farewell')) {
    return `${status} ${STATUS_CODES[status] ?? ''}`.trim();
  }
  const values = [...Object.values(extension.header ?? {}), leaveToken];
  const isWeb = protocol === 'http' || protocol === 'https';
  return withoutEcho(answer, { values, ...(isWeb ? { endpoint } : {}) });
}
