import { afterAll, beforeAll, expect, test } from 'vitest';
import { House } from '../testing/house.ts';

const house = new House();
beforeAll(async () => {
  await house.start();
});
afterAll(() => house.stop());

/** Routes that could change something by their method, and why they leave no trace. */
const SILENT: Record<string, string> = {
  'POST /v3/:project_id/traces': 'what is reported is the trace',
  'POST /v3/:project_id/:resource_type/resource-instances/filter': 'a query',
  'POST /v3/:project_id/:resource_type/resource-instances/count': 'a query',
  'POST /v2/:project_id/smn_topic/resource_instances/action': 'a query',
  'POST /v3/:project_id/notifications/preview': 'a query',
  'POST /v3/:project_id/checkbucket': 'a query; the object that proves the right to write is removed again',
  'POST /oidc/session': 'the second half of a sign-in, which /oidc/callback tells of',
};
/** Routes that change something although they are read by their method. */
const CHANGING_READS = [
  '/oidc/callback',
  '/smn/subscription/confirm',
  '/rest/v2/notifications/subscription/confirm',
  '/v2/notifications/subscriptions/subscribe',
  '/rest/v2/notifications/subscription/unsubscribe',
  '/v2/notifications/subscriptions/unsubscribe',
];

test('every route that changes something leaves a trace', () => {
  const changing = house.app.routes.filter(
    ({ method, url }) => !['GET', 'HEAD', 'OPTIONS'].includes(method) || CHANGING_READS.includes(url),
  );
  const silent = changing
    .filter(({ audit }) => audit === undefined)
    .map(({ method, url }) => `${method} ${url}`);
  expect(silent.sort()).toEqual(Object.keys(SILENT).sort());
  expect(changing.length).toBeGreaterThan(80);
});
