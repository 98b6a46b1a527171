import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { OpenCtsClient } from './client.ts';
import { OpenCtsError } from './error.ts';
import { Exact } from './exact.ts';
import { reportUntilTaken } from './report.ts';
import { textOf } from './trace-text.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;

const servers: ReturnType<typeof createServer>[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A receiver with Keystone's sign-in; what comes to `/traces` is answered by the handlers, one after the other. */
async function receiver(...handlers: Handler[]) {
  const seen = { tokens: 0, bodies: [] as string[] };
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    if (request.url?.startsWith('/v3/auth/tokens')) {
      const { project } = JSON.parse(body).auth.scope;
      const user = { id: 'u1', name: 'u', domain: { id: 'd1', name: 'd' } };
      response
        .writeHead(201, { ...JSON_TYPE, 'x-subject-token': `token-${++seen.tokens}` })
        .end(JSON.stringify({ token: { user, ...(project ? { project: { ...project, name: 'n' } } : {}) } }));
    } else if (request.url === '/v3/auth/projects') {
      response.writeHead(200, JSON_TYPE).end(
        JSON.stringify({
          projects: [
            { id: 'p1', name: 'one' },
            { id: 'p2', name: 'two' },
          ],
        }),
      );
    } else {
      seen.bodies.push(body);
      const handler = handlers.length > 1 ? handlers.shift() : handlers[0];
      handler?.(request, response, body);
    }
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = (project?: string) =>
    new OpenCtsClient({ url: `${url}/`, project, credentials: { domain: 'd', user: 'u', password: 'p' } });
  return { seen, client };
}

const answer =
  (status: number, body: object, headers: Record<string, string> = {}): Handler =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  };
const taken = answer(201, { accepted: 1, duplicates: 0, rejected: [] });

test('a report is sent again, the very same, until it is taken', async () => {
  const { seen, client } = await receiver(
    answer(503, { error_code: 'CTS.0001', error_msg: 'the disk is full' }, { 'retry-after': '0' }),
    (request) => request.socket.destroy(),
    answer(500, {}),
    taken,
  );
  const waits: string[] = [];
  const traces = [{ trace_id: 'x' }];
  const verdict = await reportUntilTaken(client(), traces, {
    onRetry: (error) => waits.push(error.message),
    longestWaitMs: 5,
  });
  expect(verdict.accepted).toBe(1);
  expect(seen.bodies).toEqual(Array(4).fill(JSON.stringify({ traces })));
  expect(waits[0]).toBe('the disk is full');
  expect(waits[1]).toMatch(/cannot be reached/);
});

test('an error that no repetition would help is thrown with its code and text', async () => {
  const { client } = await receiver(
    answer(403, { error_code: 'CTS.0013', error_msg: 'your roles do not allow it' }),
  );
  const failing = reportUntilTaken(client(), [{}]);
  await expect(failing).rejects.toMatchObject({
    status: 403,
    code: 'CTS.0013',
    message: 'your roles do not allow it',
  });
  await expect(failing).rejects.toBeInstanceOf(OpenCtsError);
});

test.each([
  [
    'SMN',
    { request_id: 'r', code: 'SMN.0069', message: 'endpoint is not public' },
    'SMN.0069',
    'endpoint is not public',
  ],
  [
    'Keystone',
    { error: { code: 400, message: 'user.name is missing', title: 'Bad Request' } },
    '',
    'user.name is missing',
  ],
  ['no form that is known', {}, '', 'the service answered 400'],
])('the text of a refusal in the form of %s is read', async (_whose, body, code, message) => {
  const { client } = await receiver(answer(400, body));
  await expect(client().reportTraces([{}])).rejects.toMatchObject({ status: 400, code, message });
});

test('a batch of which every trace was rejected is a verdict, not an error', async () => {
  const rejected = [{ index: 0, error_code: 'CTS.0003', error_msg: 'no' }];
  const { client } = await receiver(
    answer(400, { error_code: 'CTS.0003', accepted: 0, duplicates: 0, rejected }),
  );
  expect(await client().reportTraces([{}])).toMatchObject({ accepted: 0, rejected });
});

test('an expired token is renewed once, and the call repeated', async () => {
  const { seen, client } = await receiver(
    answer(401, { error_code: 'APIGW.0301', error_msg: 'token expires' }),
    taken,
  );
  expect((await client().reportTraces([{}])).accepted).toBe(1);
  expect(seen.tokens).toBe(4);
  const hopeless = await receiver(answer(401, { error_code: 'APIGW.0301', error_msg: 'token expires' }));
  await expect(hopeless.client().reportTraces([{}])).rejects.toMatchObject({ status: 401 });
});

test('the signal ends the tries', async () => {
  const { client } = await receiver(answer(503, {}, { 'retry-after': '60' }));
  const stop = new AbortController();
  const failing = reportUntilTaken(client(), [{}], { signal: stop.signal, onRetry: () => stop.abort() });
  await expect(failing).rejects.toMatchObject({ status: 503 });
});

test('the project is chosen by name or id; an unknown one is told', async () => {
  const paths: string[] = [];
  const note: Handler = (request, response, body) => {
    paths.push(request.url ?? '');
    taken(request, response, body);
  };
  const { client } = await receiver(note);
  await client('two').reportTraces([{}]);
  await client('p1').reportTraces([{}]);
  expect(paths).toEqual(['/v3/p2/traces', '/v3/p1/traces']);
  await expect(client('three').reportTraces([{}])).rejects.toThrow('there is no project three');
});

test('traces come page by page to the end', async () => {
  const page = (ids: string[], marker: string | null) =>
    answer(200, { traces: ids.map((trace_id) => ({ trace_id })), meta_data: { count: ids.length, marker } });
  const { client } = await receiver(page(['1', '2'], 'm'), page(['3'], null));
  const ids: unknown[] = [];
  for await (const trace of client().traces({ service_type: 'ECS' })) ids.push(trace.trace_id);
  expect(ids).toEqual(['1', '2', '3']);
});

const ODD =
  '{"order_id":9223372036854775807,"price":0.1234567890123456789,"ratio":1.0,"big":1e400,"dup":1,"dup":2}';

test('what JavaScript does not hold is sent as it is', async () => {
  const { seen, client } = await receiver(taken);
  await client().reportTraces([{ request: new Exact(ODD), serial: new Exact('1.0'), name: 'x' }]);
  expect(seen.bodies).toEqual([`{"traces":[{"request":${ODD},"serial":1.0,"name":"x"}]}`]);
});

test('traces are there as the service told them, too', async () => {
  const told = [`{"trace_id":"1","details":${ODD}}`, '{"trace_id":"2","serial":1.0}'];
  const { client } = await receiver((_request, response) => {
    response
      .writeHead(200, JSON_TYPE)
      .end(`{"traces":[${told.join(',')}],"meta_data":{"count":2,"marker":null}}`);
  });
  const { traces } = await client().listTraces();
  expect(traces.map(({ trace_id }) => trace_id)).toEqual(['1', '2']);
  expect(traces.map(textOf)).toEqual(told);
});
