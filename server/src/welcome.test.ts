import { afterAll, beforeAll, expect, test } from 'vitest';
import { House, JSON_TYPE } from './testing/house.ts';
import { welcome } from './welcome.ts';

const house = new House();
beforeAll(() => house.start());
afterAll(() => house.stop());

const told = () =>
  welcome({
    ...house.app,
    version: '1.2.3',
    domainName: 'default',
    adminName: 'admin',
    isRecording: house.app.isRecording(),
  });

test('the next step is told until CTS is enabled, after a restart neither', async () => {
  expect(told()).toContain(`OpenCTS 1.2.3 is ready: ${house.app.url}\n`);
  expect(told()).toContain('Next: sign in to the console and enable CTS');
  const { token, projectId } = await house.signIn({ project: 'local' });
  const body = JSON.stringify({ tracker_type: 'system', tracker_name: 'system' });
  await house.call('POST', `/v3/${projectId}/tracker`, { token, headers: JSON_TYPE, body });
  expect(told()).not.toContain('Next:');
  await house.restart();
  expect(told()).toContain(`OpenCTS 1.2.3 is ready: ${house.app.url}\n`);
  expect(told()).not.toContain('Next:');
});
