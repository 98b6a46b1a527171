import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import net, { type AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openS3, type S3Options } from './s3.ts';
import { type ObjectStore, ObjectStoreError } from './store.ts';
import { type S3Server, startS3Server, whyNoS3 } from './testing/s3-server.ts';

const BUCKET = 'audit-archive';
let directory: string;
let tls: { key: Buffer; cert: Buffer };
const servers: net.Server[] = [];

beforeAll(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'opencts-refusals-'));
  const [key, cert] = [path.join(directory, 'key.pem'), path.join(directory, 'cert.pem')];
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const made = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  execFileSync('openssl', [...made, '-keyout', key, '-out', cert, ...subject], { stdio: 'ignore' });
  tls = { key: await readFile(key), cert: await readFile(cert) };
});
afterAll(() => rm(directory, { recursive: true, force: true }));
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    if (server instanceof http.Server) server.closeAllConnections();
  }
});

async function listening(server: net.Server): Promise<string> {
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}
const open = (endpoint: string, change: Partial<S3Options> = {}) =>
  openS3({ endpoint, region: 'eu-de', accessKey: 'a', secretKey: 'b', hostStyle: false, ...change });

async function refusal(call: Promise<unknown>): Promise<ObjectStoreError> {
  const error = await call.then(
    () => undefined,
    (reason) => reason,
  );
  expect(error).toBeInstanceOf(ObjectStoreError);
  return error as ObjectStoreError;
}

const DOCUMENT = (code: string, more = '') =>
  `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>in the store's words</Message>${more}</Error>`;

/** Stands in for a store: answers everything with one documented error; to HEAD without a body, as stores do. */
const standIn = (status: number, body: string, headers: Record<string, string> = {}) =>
  http.createServer((request, response) => {
    request.resume();
    response.writeHead(status, { 'content-type': 'application/xml', ...headers });
    response.end(request.method === 'HEAD' ? undefined : body);
  });

describe.skipIf(whyNoS3 !== undefined)('an S3 server', () => {
  let server: S3Server;
  beforeAll(async () => {
    server = await startS3Server();
    await (await openS3(server.options)).createBucket(BUCKET, 'eu-de');
  });
  afterAll(() => server.stop());

  test.each<[Partial<S3Options>, string, string]>([
    [{ region: 'eu-nl' }, 'region', 'OPENCTS_S3_REGION is "eu-nl", the bucket is in "eu-de"'],
    [{ accessKey: 'nobody' }, 'access-key', 'set OPENCTS_S3_ACCESS_KEY'],
    [{ secretKey: 'wrong' }, 'secret-key', 'set OPENCTS_S3_SECRET_KEY'],
  ])('with %j the reason is %s, whatever the call', async (change, reason, cure) => {
    const store = await openS3({ ...server.options, ...change });
    const object = { bucket: BUCKET, key: 'a', body: Buffer.from('x'), contentType: 'text/plain' };
    for (const call of [
      () => store.checkBucket(BUCKET),
      () => store.put(object),
      () => store.head(BUCKET, 'a'),
      () => store.list(BUCKET),
      () => store.createBucket('another-archive', 'eu-de'),
    ]) {
      const { message, reason: found } = await refusal(call());
      expect(found, message).toBe(reason);
      expect(message).toContain(cure);
    }
  });

  test('a bucket that has no name of its own is told as a matter of style', async () => {
    const endpoint = server.options.endpoint.replace('127.0.0.1', 'localhost');
    const store = await openS3({ ...server.options, endpoint, hostStyle: true });
    const { message, problem } = await refusal(store.checkBucket(BUCKET));
    expect(problem).toBe('away');
    expect(message).toContain('OPENCTS_S3_STYLE');
  });

  test('a bucket that is absent is absent, also to HEAD', async () => {
    const store = await openS3(server.options);
    expect(await refusal(store.checkBucket('no-such-bucket'))).toMatchObject({ problem: 'no-bucket' });
    expect(await refusal(store.head(BUCKET, 'none'))).toMatchObject({ problem: 'no-object' });
  });
});

describe('documented errors', () => {
  const calls: [string, string, (store: ObjectStore) => Promise<unknown>][] = [
    [
      'put',
      's3:PutObject',
      (store) => store.put({ bucket: BUCKET, key: 'a', body: Buffer.from('x'), contentType: 'a/b' }),
    ],
    ['get', 's3:GetObject', (store) => store.get(BUCKET, 'a')],
    ['head', 's3:GetObject', (store) => store.head(BUCKET, 'a')],
    ['list', 's3:ListBucket', (store) => store.list(BUCKET)],
    ['remove', 's3:DeleteObject', (store) => store.remove(BUCKET, 'a')],
    ['checkBucket', 's3:ListBucket', (store) => store.checkBucket(BUCKET)],
    ['setLifecycle', 's3:PutLifecycleConfiguration', (store) => store.setLifecycle(BUCKET, 30)],
    ['canLock', 's3:GetBucketObjectLockConfiguration', (store) => store.canLock(BUCKET)],
    ['createBucket', 's3:CreateBucket', (store) => store.createBucket(BUCKET, 'eu-de')],
    ['removeBucket', 's3:DeleteBucket', (store) => store.removeBucket(BUCKET)],
  ];

  test.each(calls)('%s that is denied names the right %s', async (_, right, call) => {
    const store = await open(`http://${await listening(standIn(403, DOCUMENT('AccessDenied')))}`);
    const { problem, reason, message } = await refusal(call(store));
    expect({ problem, reason }).toEqual({ problem: 'denied', reason: 'right' });
    expect(message).toContain(right);
    expect(message).toContain("in the store's words");
  });

  test('an object that is to be locked names the right to lock, too', async () => {
    const store = await open(`http://${await listening(standIn(403, DOCUMENT('AccessDenied')))}`);
    const object = { bucket: BUCKET, key: 'a', body: Buffer.from('x'), contentType: 'a/b', md5: '00' };
    const { message } = await refusal(store.put({ ...object, lock: { mode: 'GOVERNANCE', until: 1 } }));
    expect(message).toContain('s3:PutObjectRetention');
  });

  test.each<[number, string, string, string, string]>([
    [403, 'RequestTimeTooSkewed', '', 'clock', 'NTP'],
    [403, 'SignatureDoesNotMatch', '', 'secret-key', 'OPENCTS_S3_SECRET_KEY'],
    [403, 'InvalidAccessKeyId', '', 'access-key', 'OPENCTS_S3_ACCESS_KEY'],
    [400, 'AuthorizationHeaderMalformed', '<Region>eu-nl</Region>', 'region', 'the bucket is in "eu-nl"'],
    [
      301,
      'PermanentRedirect',
      '<Endpoint>b.s3.eu-nl.example.com</Endpoint>',
      'style',
      'b.s3.eu-nl.example.com',
    ],
    [400, 'IllegalLocationConstraintException', '', 'region', 'OPENCTS_S3_REGION is "eu-de"'],
    [400, 'VirtualHostDomainRequired', '', 'style', 'set OPENCTS_S3_STYLE=host'],
    [404, 'NoSuchBucket', '<BucketName>opencts-write-test</BucketName>', 'style', 'OPENCTS_S3_STYLE=host'],
    [404, 'NoSuchBucket', `<BucketName>${BUCKET}</BucketName>`, 'absent', 'there is no such bucket'],
  ])('%i %s%s is told as %s', async (status, code, more, reason, cure) => {
    const store = await open(`http://${await listening(standIn(status, DOCUMENT(code, more)))}`);
    for (const [, , call] of calls.filter(([name]) => name === 'put' || name === 'checkBucket')) {
      const error = await refusal(call(store));
      expect(error.reason, error.message).toBe(reason);
      expect(error.message).toContain(cure);
    }
  });

  test('the region that HEAD names in a header is told', async () => {
    const server = standIn(301, DOCUMENT('PermanentRedirect'), { 'x-amz-bucket-region': 'eu-nl' });
    const { reason, message } = await refusal(
      (await open(`http://${await listening(server)}`)).checkBucket(BUCKET),
    );
    expect(reason).toBe('region');
    expect(message).toContain('"eu-nl"');
  });

  test.each([200, 403, 404, 502])('a proxy that answers HTML with %i is no object store', async (status) => {
    const server = standIn(status, '<html><body>Please sign in</body></html>', {
      'content-type': 'text/html',
    });
    const store = await open(`http://${await listening(server)}`);
    for (const [name, , call] of calls.filter(([name]) =>
      ['put', 'list', 'get', 'head', 'checkBucket'].includes(name),
    )) {
      const error = await refusal(call(store));
      expect(error.reason, `${name}: ${error.message}`).toBe('not-a-store');
      expect(error.message).toContain('OPENCTS_S3_ENDPOINT');
    }
  });
});

describe('on the way to a store', () => {
  test('http where TLS is spoken, and https where it is not', async () => {
    const secure = await listening(https.createServer(tls));
    const first = await refusal((await open(`http://${secure}`)).checkBucket(BUCKET));
    expect(first.reason, first.message).toBe('scheme');
    expect(first.message).toContain('https://');
    const plain = await listening(http.createServer());
    const second = await refusal((await open(`https://${plain}`)).checkBucket(BUCKET));
    expect(second.reason, second.message).toBe('scheme');
    expect(second.message).toContain('http://');
    const go = standIn(400, 'Client sent an HTTP request to an HTTPS server.\n', {
      'content-type': 'text/plain',
    });
    const third = await refusal((await open(`http://${await listening(go)}`)).checkBucket(BUCKET));
    expect(third.reason, third.message).toBe('scheme');
  });

  test('a certificate that nobody vouches for, and one of another name', async () => {
    const secure = await listening(https.createServer(tls));
    const untrusted = await refusal((await open(`https://${secure}`)).checkBucket(BUCKET));
    expect(untrusted.reason, untrusted.message).toBe('untrusted');
    expect(untrusted.message).toContain('NODE_EXTRA_CA_CERTS');
  });

  test('nobody listens, and a name without an address', async () => {
    const refused = await refusal((await open('http://127.0.0.1:1')).checkBucket(BUCKET));
    expect(refused).toMatchObject({ problem: 'away', reason: 'refused' });
    const unknown = await refusal((await open('http://store.invalid')).checkBucket(BUCKET));
    expect(unknown).toMatchObject({ problem: 'away', reason: 'unknown-host' });
  });
});

describe('a store that accepts connections and answers nothing', () => {
  test('costs a call that somebody waits for no more than its time; others go on', async () => {
    const store = await open(`http://${await listening(net.createServer(() => undefined))}`);
    const prompt = store.within(1000);
    const began = performance.now();
    for (const call of [
      () => prompt.checkBucket(BUCKET),
      () => prompt.list(BUCKET),
      () => prompt.get(BUCKET, 'a'),
    ]) {
      const { problem, reason, message } = await refusal(call());
      expect({ problem, reason }).toEqual({ problem: 'away', reason: 'silent' });
      expect(message).toContain('no answer within 1 s');
    }
    expect(performance.now() - began).toBeLessThan(10_000);
  });

  test('is let go of when the service stops', async () => {
    const store = await open(`http://${await listening(net.createServer(() => undefined))}`);
    const call = refusal(store.list(BUCKET));
    await new Promise((resolve) => setTimeout(resolve, 200));
    store.close();
    expect((await call).problem).toBe('away');
  });

  test('what is read may take longer than the call that began it', async () => {
    const server = http.createServer((_request, response) => {
      response.writeHead(200, { etag: '"a"', 'content-length': '8' });
      response.write('half');
      setTimeout(() => response.end('half'), 1500);
    });
    const store = await open(`http://${await listening(server)}`);
    const { body } = await store.within(1000).get(BUCKET, 'a');
    let text = '';
    for await (const part of body) text += part;
    expect(text).toBe('halfhalf');
  });
});

test('files that could not be put are closed', async () => {
  const file = path.join(directory, 'trace-file');
  await writeFile(file, Buffer.alloc(1_000_000));
  const open_ = async () => {
    const links = await readdir('/proc/self/fd');
    const { readlink } = await import('node:fs/promises');
    const names = await Promise.all(links.map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')));
    return names.filter((name) => name === file).length;
  };
  const denying = await listening(standIn(403, DOCUMENT('AccessDenied')));
  for (const endpoint of ['http://127.0.0.1:1', `http://${denying}`]) {
    const store = await open(endpoint);
    for (let i = 0; i < 40; i++) {
      const body = { file, size: 1_000_000 };
      await refusal(store.put({ bucket: BUCKET, key: `k${i}`, body, contentType: 'a/b' }));
    }
  }
  await expect.poll(open_).toBe(0);
});
