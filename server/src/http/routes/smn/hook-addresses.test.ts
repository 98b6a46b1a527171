import { afterAll, beforeAll, expect, test } from 'vitest';
import { House } from '../../../testing/house.ts';

const SECRET = 'T0SECRETPATH';
const MASK = '********';
const house = new House();
let admin: Awaited<ReturnType<House['signIn']>>;
let topic: string;
let urn: string;
let id: string;
let count = 0;

/** A new address of a web hook that answers nobody. */
const hook = (host = '127.0.0.1:9') => `http://${host}/${SECRET}/n${++count}/WXYZ`;

beforeAll(async () => {
  await house.start({ OPENCTS_DELIVERY_NETWORKS: '127.0.0.0/8' });
  admin = await house.signIn({ project: 'local' });
  await send('POST', '/v3/PROJECT/tracker', { tracker_type: 'system', tracker_name: 'system' });
  topic = (await send('POST', '/v2/PROJECT/notifications/topics', { name: 'alerts' })).body.topic_urn;
  const made = await send('POST', SUBSCRIBE, { protocol: 'http', endpoint: hook() });
  urn = made.body.subscription_urn;
  id = urn.split(':').at(-1) as string;
});
afterAll(() => house.stop());

const SUBSCRIBE = '/v2/PROJECT/notifications/topics/TOPIC/subscriptions';
const ACT = '/v3/PROJECT/smn/subscriptions/ID';
const send = (
  method: string,
  route: string,
  body?: unknown,
  headers: Record<string, string> = { 'content-type': 'application/json' },
) =>
  house.call(
    method,
    route.replace('PROJECT', admin.projectId).replace('TOPIC', topic).replace('URN', urn).replace('ID', id),
    { token: admin.token, body, headers: body === undefined ? {} : headers },
  );
const encoded = () => encodeURIComponent(hook());
const one = (endpoint: unknown, others: object = {}) => ({ protocol: 'http', endpoint, ...others });

type Attack = [name: string, method: string, route: string, body?: () => unknown, type?: string];
const subscribing = (name: string, body: () => unknown): Attack => [name, 'POST', SUBSCRIBE, body];

const ATTACKS: Attack[] = [
  subscribing('a plain one', () => one(hook())),
  subscribing('another protocol: https', () => one(hook(), { protocol: 'https' })),
  subscribing('another protocol: email', () => one(hook(), { protocol: 'email' })),
  subscribing('another protocol: sms', () => one(hook(), { protocol: 'sms' })),
  subscribing('an unknown protocol', () => one(hook(), { protocol: 'ftp' })),
  subscribing('in the place of the protocol', () => one('x', { protocol: hook() })),
  subscribing('both changed', () => ({ protocol: hook(), endpoint: 'http' })),
  subscribing('no scheme', () => one(`127.0.0.1:9/${SECRET}/5`)),
  subscribing('no scheme and no port', () => one(`hooks.example.com/${SECRET}/5`)),
  subscribing('no scheme in a remark', () => one(hook(), { remark: `see hooks.example.com/${SECRET}/5` })),
  subscribing('a name without a dot', () => one(`intern/${SECRET}/5`)),
  subscribing('no colon', () => one(`http//127.0.0.1/${SECRET}/6`)),
  subscribing('slashes only', () => one(`//127.0.0.1:9/${SECRET}/7`)),
  subscribing('one slash', () => one(`http:/127.0.0.1:9/${SECRET}/8`)),
  subscribing('no slash', () => one(`http:127.0.0.1:9/${SECRET}/8`)),
  subscribing('backslashes', () => one(`http:\\\\127.0.0.1:9\\${SECRET}`)),
  subscribing('escaped', () => one(encoded())),
  subscribing('escaped twice', () => one(encodeURIComponent(encoded()))),
  subscribing('a blank before', () => one(` ${hook()}`)),
  subscribing('a blank in the host', () => one(`http://127 .0.0.1/${SECRET}/9`)),
  subscribing('a tab in the slashes', () => one(`http:/\t/127.0.0.1/${SECRET}/9`)),
  subscribing('a tab in the host of a remark', () => one('x', { remark: `http://127.\t0.0.1/${SECRET}/9` })),
  subscribing('a line break behind', () => one(`${hook()}\n`)),
  subscribing('brackets around', () => one(`<${hook()}>`)),
  subscribing('a quotation mark in it', () => one(`http://127.0.0.1/a"${SECRET}"/x`, { protocol: 'sms' })),
  subscribing('capitals', () => one(hook().toUpperCase())),
  subscribing('a user', () => one(`http://user:${SECRET}@127.0.0.1:9/x`)),
  subscribing('a user with a slash', () => one(`http://user:x/${SECRET}@127.0.0.1:9/x`)),
  subscribing('a query', () => one(`http://127.0.0.1:9/?${SECRET}=s/e/c`)),
  subscribing('a query at once', () => one(`http://127.0.0.1:9?${SECRET}=1`)),
  subscribing('a fragment', () => one(`http://127.0.0.1:9#${SECRET}`)),
  subscribing('a port that is none', () => one(hook('127.0.0.1:99999'))),
  subscribing('a closed port', () => one(hook('127.0.0.1:25'))),
  subscribing('a private network', () => one(hook('10.0.0.1'))),
  subscribing('too long', () => one(hook() + 'x'.repeat(3000))),
  subscribing('in a list', () => one([hook()])),
  subscribing('in an object', () => one({ url: hook() })),
  subscribing('under other names', () => ({
    protocol: 'http',
    Endpoint: hook(),
    url: hook(),
    endpoints: [hook()],
  })),
  subscribing('in the remark', () => one(hook(), { remark: hook() })),
  subscribing('in a long remark', () => one(hook(), { remark: hook() + 'x'.repeat(600) })),
  subscribing('in a remark that is none', () => one(hook(), { remark: [hook()] })),
  subscribing('in the extension', () => one(hook(), { extension: hook() })),
  subscribing('as a form', () => one(hook(), { extension: { form: hook() } })),
  subscribing('as a header', () => one(hook(), { extension: { header: { 'x-a': hook() } } })),
  subscribing('as the name of a header', () => one(hook(), { extension: { header: { [hook()]: 'v' } } })),
  subscribing('as a batch', () => one(hook(), { extension: { batch: hook() } })),
  subscribing('several', () => ({
    subscriptions: [
      one(hook(), { remark: hook() }),
      one(hook(), { protocol: 'https' }),
      one(hook(), { protocol: 'email' }),
      one(`http//127.0.0.1/${SECRET}`),
      { protocol: hook(), endpoint: 'x' },
    ],
  })),
  subscribing('several and one', () => one(hook(), { subscriptions: [one(hook())] })),
  subscribing('several, one of them no text', () => ({ subscriptions: [one([hook()]), one(hook())] })),
  subscribing('several, one of them no object', () => ({ subscriptions: [hook(), one(hook())] })),
  subscribing('lists in lists', () => ({ subscriptions: [[one(hook())]] })),
  subscribing('several that are no list', () => ({ subscriptions: one(hook()) })),
  subscribing('too many', () => ({ subscriptions: Array.from({ length: 60 }, () => one(hook())) })),
  subscribing('a list', () => [one(hook())]),
  subscribing('text of JSON in JSON', () => JSON.stringify(JSON.stringify(one(hook())))),
  subscribing('a name with escapes', () =>
    JSON.stringify(one(hook())).replace('endpoint', '\\u0065ndpoint').replaceAll('/', '\\/'),
  ),
  subscribing('broken JSON', () => JSON.stringify(one(hook())).slice(0, -1)),
  subscribing('broken JSON within it', () => `{"endpoint":"${hook()}" ${SECRET}}`),
  ['plain text', 'POST', SUBSCRIBE, () => JSON.stringify(one(hook())), 'text/plain'],
  [
    'a form',
    'POST',
    SUBSCRIBE,
    () => `protocol=http&endpoint=${hook()}`,
    'application/x-www-form-urlencoded',
  ],
  ['in the query', 'POST', `${SUBSCRIBE}?endpoint=http://127.0.0.1/${SECRET}`, () => one(hook())],
  ['a query in the query', 'POST', `${SUBSCRIBE}?endpoint=http://h/p?a=1&b=${SECRET}`, () => one(hook())],
  ['as a name in the query', 'POST', `${SUBSCRIBE}?http://127.0.0.1/${SECRET}=1`, () => one(hook())],
  ['of another topic', 'POST', SUBSCRIBE.replace('TOPIC', 'TOPICx'), () => one(hook())],
  ['a new remark', 'PUT', `${SUBSCRIBE}/URN`, () => ({ remark: hook() })],
  ['a new endpoint', 'PUT', `${SUBSCRIBE}/URN`, () => ({ remark: 'r', endpoint: hook() })],
  ['a new header', 'PUT', `${SUBSCRIBE}/URN`, () => ({ extension: { header: { 'x-q': hook() } } })],
  ['another subscription', 'PUT', `${SUBSCRIBE}/${encodeURIComponent(`http://h/${SECRET}`)}`, () => ({})],
  ...['pause', 'resume', 'confirm-again', 'test', 'confirm'].flatMap((act): Attack[] => [
    [act, 'POST', `${ACT}/${act}`, () => ({ endpoint: hook() })],
    [
      `${act}: by its address`,
      'POST',
      `${ACT.replace('ID', encodeURIComponent(`http://h/${SECRET}`))}/${act}`,
      () => ({}),
    ],
  ]),
  ['confirm: a list', 'POST', `${ACT}/confirm`, () => ({ endpoint: [hook()] })],
  ['confirm: other names', 'POST', `${ACT}/confirm`, () => ({ url: hook(), endpoint: hook() })],
  ['a topic', 'POST', '/v2/PROJECT/notifications/topics', () => ({ name: hook(), display_name: hook() })],
  [
    'a template',
    'POST',
    '/v2/PROJECT/notifications/message_template',
    () => ({
      message_template_name: hook(),
      content: 'x',
    }),
  ],
  ['remove', 'DELETE', `/v2/PROJECT/notifications/subscriptions/${encodeURIComponent(`http://h/${SECRET}`)}`],
  ['a short message', 'POST', '/v2/PROJECT/notifications/sms', () => ({ endpoint: hook(), message: 'm' })],
  [
    'a short message to a short address',
    'POST',
    '/v2/PROJECT/notifications/sms',
    () => ({
      endpoint: `h.tld/${SECRET}`,
      message: 'm',
    }),
  ],
  [
    'a publication',
    'POST',
    '/v2/PROJECT/notifications/topics/TOPIC/publish',
    () => ({
      message_structure: `{"default": ${hook()}}`,
    }),
  ],
  ['dead letters', 'POST', '/v3/PROJECT/smn/dead-letters/replay', () => ({ ids: [hook()] })],
];

test('no trace of the project tells an address of a web hook, wherever it was written', async () => {
  const repeated: string[] = [];
  for (const [name, method, route, body, type = 'application/json'] of ATTACKS) {
    const answer = await send(method, route, body?.(), { 'content-type': type });
    expect(answer.status, name).toBeLessThan(500);
    const { code, message = '' } = answer.body as { code?: string; message?: string };
    // The refusal of an endpoint names the rule, not what was sent.
    if (code === 'SMN.0012' && message.startsWith('endpoint') && message.toUpperCase().includes(SECRET)) {
      repeated.push(`${name}: ${message}`);
    }
  }
  expect(repeated).toEqual([]);
  await send('POST', '/v2/PROJECT/notifications/topics', { name: 'last' });
  const list = async () => {
    const traces: Record<string, string>[] = [];
    for (let next = ''; ; ) {
      const { body } = await send('GET', `/v3/PROJECT/traces?trace_type=system&limit=200${next}`);
      traces.push(...body.traces);
      if (body.traces.length < 200) return traces;
      next = `&next=${body.meta_data.marker}`;
    }
  };
  await expect
    .poll(async () => (await list()).some((trace) => trace.resource_name === 'last'), { timeout: 10_000 })
    .toBe(true);
  const traces = await list();
  expect(traces.filter((trace) => trace.service_type === 'SMN').length).toBeGreaterThan(ATTACKS.length / 2);
  const leaks = traces.flatMap((trace) =>
    Object.entries(trace)
      .filter(([, value]) => JSON.stringify(value).toUpperCase().includes(SECRET))
      .map(([member, value]) => `${trace.trace_name} ${trace.code} ${member}: ${JSON.stringify(value)}`),
  );
  expect(leaks).toEqual([]);
  // What readers know a subscriber by is left, and all that is no address.
  const text = JSON.stringify(traces);
  expect(text).toContain(`http://127.0.0.1:9/${MASK}WXYZ`);
  expect(text).toContain(urn);
  expect(text).toContain('endpoint must be a URL of at most');
});
