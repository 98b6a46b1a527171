import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { PASSWORD, run, serverOfClients } from './clients.ts';
import { installPacked } from './packed.ts';

const server = serverOfClients();
let folder: string;
beforeAll(() => {
  folder = path.join(server.directory(), 'installed');
  installPacked(folder);
});

/** What somebody writes who has nothing but the package. Arguments: URL, password, access key, secret key. */
const PROGRAM = `
import { OpenCtsClient, OpenCtsError, reportUntilTaken, textOf } from '@opencts/client';
import { createApi } from '@opencts/client/api';
import * as json from '@opencts/client/json';

const [url, password, accessKey, secretKey] = process.argv.slice(2);
const trace = (trace_id) => ({
  trace_id, trace_name: 'deleteOrder', trace_type: 'ApiCall', service_type: 'SHOP', resource_type: 'order',
  time: Date.now(), user: { name: 'jane', domain: { id: 'acme' } },
});
const ids = [1, 2, 3].map((n) => '00000000-0000-4000-8000-00000000000' + n);

const admin = new OpenCtsClient({ url, credentials: { domain: 'default', user: 'admin', password }, project: 'eu-de' });
await admin.enable();
const path = { project_id: await admin.projectId() };
const made = await admin.api.POST('/v3/{project_id}/ingest-keys', { params: { path }, body: { name: 'shop' } });
const signing = new OpenCtsClient({ url, credentials: { accessKey, secretKey }, project: 'eu-de' });
const producer = new OpenCtsClient({ url, credentials: { ingestKey: made.data.secret }, project: path.project_id });
for (const [at, client] of [admin, signing, producer].entries()) {
  const { accepted } = await reportUntilTaken(client, [trace(ids[at])]);
  console.log('accepted', accepted);
}
for (let found = []; found.length < 3; ) {
  found = [];
  for await (const one of signing.traces({ service_type: 'SHOP' })) found.push(textOf(one));
  if (found.length === 3) console.log('found', found.map((text) => JSON.parse(text).trace_id).sort().join());
}
const refused = await producer.listTraces().catch((error) => error);
console.log('refused', refused instanceof OpenCtsError && refused.status);
console.log('also', typeof createApi, Object.keys(json).length > 0);
`;

test('the package that is packed holds what it needs, and nothing that is for its making', () => {
  const installed = path.join(folder, 'node_modules/@opencts/client');
  expect(readdirSync(installed).sort()).toEqual(['LICENSE', 'README.md', 'dist', 'package.json']);
  expect(readdirSync(path.join(installed, 'dist')).filter((name) => /test|tsbuildinfo/.test(name))).toEqual(
    [],
  );
});

test('with it, traces are reported and found by password, access key and ingest key', async () => {
  const { access, secret } = await server.key();
  writeFileSync(path.join(folder, 'program.mjs'), PROGRAM);
  const output = run(process.execPath, ['program.mjs', server.url(), PASSWORD, access, secret], {
    cwd: folder,
  });
  const ids = [1, 2, 3].map((n) => `00000000-0000-4000-8000-00000000000${n}`).join();
  const lines = [
    'accepted 1',
    'accepted 1',
    'accepted 1',
    `found ${ids}`,
    'refused 403',
    'also function true',
  ];
  expect(output.trim().split('\n')).toEqual(lines);
});
