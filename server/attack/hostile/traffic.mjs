/*
 * Hostile traffic against a service on this machine: every route with fuzzed paths, headers, query strings and
 * bodies, reports that are broken in many ways, and connections that break off, by several accounts and by
 * strangers. The plan comes as a line of JSON on standard input, and a summary goes to standard output at the end.
 * An account that has locked itself out is told on standard error as {"lost": NAME}; another may follow as a line.
 */
import { createInterface } from 'node:readline';
import { gzipSync } from 'node:zlib';
import { Connection } from './client.mjs';
import { oddJson, oddText, oddValue, randomness, shaped } from './odd.mjs';

const lines = createInterface({ input: process.stdin });
const plan = new Promise((resolve) => lines.once('line', resolve));
const { url, requests, connections, seed, accounts, victim } = JSON.parse(await plan);
lines.on('line', (line) => accounts.push(JSON.parse(line)));
const { hostname, host } = new URL(url);
if (hostname !== '127.0.0.1') throw new Error('only a service on this machine is attacked');

const random = randomness(seed);
const document = await (await fetch(`${url}/openapi.json`)).json();
const routes = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
);

/** Ids and names that the service has told to anybody; the victim's were guessed. */
const known = [...victim];
const MOST_KNOWN = 2000;
const ID =
  /\b(?:[0-9a-f]{32}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|urn:smn:[^"\\ ]+)/g;
const summary = { sent: 0, statuses: {}, failures: [], hangs: [] };

async function signIn(account) {
  const user = { name: account.user, password: account.password, domain: { name: account.name } };
  const scope = random.chance(0.85)
    ? { project: { name: account.project } }
    : { domain: { name: account.name } };
  const answer = await fetch(`${url}/v3/auth/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ auth: { identity: { methods: ['password'], password: { user } }, scope } }),
  }).catch(() => undefined);
  account.triedAt = Date.now();
  if (answer?.status !== 201) {
    account.refusals = (account.refusals ?? 0) + 1;
    if (account.refusals === 3) process.stderr.write(`${JSON.stringify({ lost: account.name })}\n`);
    return;
  }
  account.refusals = 0;
  account.token = answer.headers.get('x-subject-token');
  const { token } = await answer.json();
  if (token.project) account.projectId = token.project.id;
}

/** A request's head and body as bytes. */
function bytesOf(method, target, headers, body) {
  const content = body === undefined ? Buffer.alloc(0) : Buffer.from(body);
  const lines = Object.entries({
    host,
    ...(content.length > 0 || method !== 'GET' ? { 'content-length': content.length } : {}),
    ...headers,
  }).map(([name, value]) => `${name}: ${String(value).replaceAll(/[\r\n\0]/g, ' ')}`);
  return Buffer.concat([
    Buffer.from(`${method} ${target} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`, 'utf8'),
    content,
  ]);
}

function credentials(account) {
  if (random.chance(0.12) || !account.token) {
    return random.pick([
      {},
      { 'x-auth-token': oddText(random, known) },
      { 'x-auth-token': `${(account.token ?? '').slice(0, -3)}AAA` },
      { authorization: `Bearer ${oddText(random, known)}` },
      {
        authorization: `SDK-HMAC-SHA256 Access=${oddText(random, known)}, SignedHeaders=host, Signature=ab`,
        'x-sdk-date': '20260101T000000Z',
      },
    ]);
  }
  return { 'x-auth-token': account.token };
}

function fuzzedRoute(account) {
  const { method, path, operation } = random.pick(routes);
  const project = random.chance(0.8) ? account.projectId : random.pick(known);
  const filled = path.replaceAll(/\{([a-z_*]+)\}/g, (_, name) =>
    name === 'project_id' && project
      ? project
      : encodeURIComponent(oddText(random, known).toWellFormed().slice(0, 3000)) || 'x',
  );
  const query = new URLSearchParams();
  for (const { in: place, name, schema } of operation.parameters ?? []) {
    if (place !== 'query' || random.chance(0.5)) continue;
    const value = shaped(schema, random, known, 2);
    query.append(name, typeof value === 'object' ? JSON.stringify(value) : String(value));
    if (random.chance(0.05)) query.append(name, oddText(random, known));
  }
  if (random.chance(0.1)) query.append(oddText(random, known).slice(0, 200), oddText(random, known));
  const content = operation.requestBody?.content?.['application/json'];
  const type = random.chance(0.95) ? 'application/json' : oddText(random, known).slice(0, 100);
  const text =
    content || random.chance(0.1) ? JSON.stringify(shaped(content?.schema, random, known)) : undefined;
  const body = text !== undefined && random.chance(0.06) ? oddJson(random, text) : text;
  const headers = {
    ...credentials(account),
    ...(body === undefined ? {} : { 'content-type': type.replaceAll(/[^\x20-\x7e]/g, '?') }),
    ...(random.chance(0.05)
      ? { 'x-project-id': oddText(random, known).replaceAll(/[^\x20-\x7e]/g, '?') }
      : {}),
    ...(random.chance(0.03)
      ? { 'x-forwarded-for': random.pick(['1.2.3.4', '::1', 'x', '127.0.0.1, 10.0.0.1']) }
      : {}),
    ...(random.chance(0.03) ? { 'x-opencts-client': 'console' } : {}),
  };
  const sent = method === 'GET' && random.chance(0.05) ? 'HEAD' : method;
  const target = `${filled}${query.size > 0 ? `?${query}` : ''}`;
  return { method: sent, target, headers, body };
}

const ordinary = () => ({
  trace_name: random.pick(['createServer', 'deleteServer', 'login', oddText(random, known).slice(0, 60)]),
  trace_type: random.pick(['ApiCall', 'ConsoleAction', 'SystemAction', 'x']),
  service_type: random.pick(['ECS', 'IAM', 'A B', '云服务器']),
  resource_type: 'ecs',
  time: Date.now() - random.below(1000),
  user: { name: 'mallory', domain: { id: 'd' } },
  ...(random.chance(0.4) ? { [oddText(random, known).slice(0, 50)]: oddValue(random, known) } : {}),
  ...(random.chance(0.3) ? { request: oddValue(random, known) } : {}),
});

/** Bodies that reports of good faith never have. */
const REPORTS = [
  () => JSON.stringify({ traces: Array.from({ length: 1 + random.below(20) }, ordinary) }),
  () => JSON.stringify({ traces: Array.from({ length: 12_000 }, () => 0) }),
  () => `{"traces":[${'['.repeat(5000)}${']'.repeat(5000)}]}`,
  () => `{"traces":[{"request":"token${'\\\\'.repeat(20_000)}"}]}`,
  () => JSON.stringify({ traces: [{ ...ordinary(), request: '"password":'.repeat(3000) }] }),
  () => JSON.stringify({ traces: [{ ...ordinary(), message: 'x'.repeat(300_000) }] }),
  () => `{"traces":[{"a":"\\ud800","trace_name":"\\udc00"}]}`,
  () => `${JSON.stringify(ordinary())}\n{broken\n\n0\n${JSON.stringify(ordinary())}`,
  () => '1\n'.repeat(30_000),
];

function report(account) {
  const text = random.pick(REPORTS)();
  const packed = random.chance(0.3);
  const body = packed ? gzipSync(text) : Buffer.from(text);
  const cut = random.chance(0.1) ? body.subarray(0, random.below(body.length)) : body;
  return {
    method: 'POST',
    target: `/v3/${account.projectId ?? 'x'}/traces${random.chance(0.3) ? '?trace_ids=true' : ''}`,
    headers: {
      ...credentials(account),
      'content-type': text.startsWith('{"traces"') ? 'application/json' : 'application/x-ndjson',
      ...(packed ? { 'content-encoding': 'gzip' } : {}),
    },
    body: cut,
  };
}

/** Bytes that are no request at all, or half of one. */
const BROKEN = [
  () => 'GET / HTTP/1.1\r\n',
  () => '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
  () => `GET /healthz HTTP/1.1\r\nhost: ${host}\r\nx: ${'y'.repeat(40_000)}\r\n\r\n`,
  () => `POST /v3/auth/tokens HTTP/1.1\r\nhost: ${host}\r\ncontent-length: 100\r\n\r\n{`,
  () => `POST /v3/x/traces HTTP/1.1\r\nhost: ${host}\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n`,
  () => `GET ${'/a'.repeat(8000)} HTTP/1.1\r\nhost: ${host}\r\n\r\n`,
  () => `GET /%zz HTTP/1.1\r\nhost: ${host}\r\n\r\nGET /%zz HTTP/1.1\r\n\r\n`,
  () => `PROPFIND /v3 HTTP/1.1\r\nhost: ${host}\r\n\r\n`,
  () => '',
];

async function attack(connection) {
  const account = random.pick(accounts);
  if (!account.token && Date.now() - (account.triedAt ?? 0) > 5000) await signIn(account);
  if (random.chance(0.04)) {
    await connection.abandon(Buffer.from(random.pick(BROKEN)(), 'latin1'), random.below(300));
    return;
  }
  const request = random.chance(0.15) ? report(account) : fuzzedRoute(account);
  const bytes = bytesOf(request.method, request.target, request.headers, request.body);
  if (random.chance(0.02)) {
    await connection.abandon(bytes.subarray(0, random.below(bytes.length)), random.below(200));
    return;
  }
  const answer = await connection.exchange(bytes, { headOnly: request.method === 'HEAD' });
  summary.statuses[answer.status] = (summary.statuses[answer.status] ?? 0) + 1;
  const ownToken = account.token && request.headers['x-auth-token'] === account.token;
  if (answer.status === 401 && ownToken && /token/.test(answer.body)) account.token = undefined;
  if (known.length < MOST_KNOWN) {
    for (const [id] of (answer.body.match(ID) ?? []).slice(0, 5).map((one) => [one])) {
      if (!known.includes(id)) known.push(id);
    }
  }
  const told = {
    method: request.method,
    target: request.target.slice(0, 500),
    body: request.body?.toString('utf8').slice(0, 300),
    status: answer.status,
    answer: answer.body.slice(0, 300),
  };
  if (answer.status === 500 && summary.failures.length < 50) summary.failures.push(told);
  if (answer.status === -1 && summary.hangs.length < 20) summary.hangs.push(told);
}

async function worker() {
  const connection = new Connection(url);
  while (summary.sent < requests) {
    summary.sent++;
    await attack(connection);
  }
  connection.drop();
}

const progress = setInterval(() => {
  process.stderr.write(`${JSON.stringify({ sent: summary.sent, ...summary.statuses })}\n`);
}, 10_000);
await Promise.all(accounts.map(signIn));
await Promise.all(Array.from({ length: connections }, worker));
clearInterval(progress);
process.stdout.write(JSON.stringify(summary), () => process.exit(0));
