import { createHash, createSign, generateKeyPairSync } from 'node:crypto';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { exactJson } from '@opencts/client/json';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Unreadable } from '../ingest/index.ts';
import { DirectoryStore } from '../objects/index.ts';
import { BucketOrigin } from './bucket.ts';
import { checkDigests } from './digests.ts';
import { openFiles } from './files.ts';
import { traceFileContent, traceFrom } from './trace-files.ts';

const LINE =
  '{"trace_id":"340e8b28-5c97-5e5a-919c-73249a7e724f","trace_name":"deleteServer","trace_type":"ApiCall","trace_rating":"normal","service_type":"ECS","resource_type":"ecs","code":"204","time":"1795729830340","record_time":1795729831000,"tracker_name":"system","project_id":"p1","read_only":"false","user":"{\\"name\\":\\"jane\\",\\"domain\\":{\\"id\\":\\"d\\"}}","request":"{\\"a\\":1.0}","serial":12345678901234567890}';

function traceOf(text: string, projectId: string | undefined, timeOf?: (time: number) => number) {
  const content = traceFileContent(Buffer.from(text));
  if (!('records' in content)) throw new Error(JSON.stringify(content));
  const [sent] = content.records;
  return exactJson(traceFrom(sent?.record ?? {}, sent?.text ?? '', { timeOf }, projectId));
}

test('a trace of the same project goes as it stands, without what the service gives anew', () => {
  const right = LINE.replace('"record_time":1795729831000,"tracker_name":"system","project_id":"p1",', '');
  expect(traceOf(LINE, 'p1')).toBe(right);
});

test('a foreign trace says still where it came from, and may be moved in time', () => {
  const trace = traceOf(LINE, 'p2', (time) => time + 1);
  expect(JSON.parse(trace)).toMatchObject({
    source_project_id: 'p1',
    source_tracker_name: 'system',
    source_record_time: 1795729831000,
    time: 1795729830341,
  });
  expect(trace).toContain('"serial":12345678901234567890');
});

test('a trace without an id has one of its own, the same each time', () => {
  const without = (name: string) =>
    JSON.parse(traceOf(LINE.replace(/"trace_id":"[^"]*",/, '').replace('deleteServer', name), 'p1')).trace_id;
  expect(without('a')).toMatch(/^cts-[0-9a-f]{64}$/);
  expect(without('a')).toBe(without('a'));
  expect(without('a')).not.toBe(without('b'));
});

test.each([
  ['a digest', '{"digest_object":"x","log_files":[]}', { passed: 'digest' }],
  ['something else', '{"a":1}', Unreadable],
  ['a trace without a time', LINE.replace('"time":"1795729830340",', ''), Unreadable],
  ['a list', '[1]', Unreadable],
  ['nothing', 'null', Unreadable],
])('%s is none', (_, text, right) => {
  const content = traceFileContent(Buffer.from(text));
  if (typeof right === 'function') expect(content).toBeInstanceOf(right);
  else expect(content).toEqual(right);
});

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'opencts-traces-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
const BUCKET = 'audit-archive';
const PLACE = 'CloudTraces/eu-de/2026/11/20/system';

async function put(key: string, bytes: Buffer) {
  await mkdir(path.dirname(path.join(folder, key)), { recursive: true });
  await writeFile(path.join(folder, key), bytes);
}

/** Two hours with a trace file each, and their digests. */
async function deliver(): Promise<string[]> {
  const files: string[] = [];
  let before = { object: '', hash: '', signature: '' };
  for (const hour of [10, 11]) {
    const key = `${PLACE}/CloudTrace_eu-de_2026-11-20T${hour}-05-00Z_${String(hour).padStart(16, '0')}.json.gz`;
    const bytes = gzipSync(`[${LINE}]\n`);
    await put(key, bytes);
    files.push(key);
    const end = `2026-11-20T${hour + 1}-00-00Z`;
    const object = `${PLACE}/Digest/CloudTrace-Digest_eu-de_${end}.json.gz`;
    const digest = gzipSync(
      JSON.stringify({
        project_id: 'p1',
        digest_start_time: `2026-11-20T${hour}-00-00Z`,
        digest_end_time: end,
        digest_bucket: BUCKET,
        digest_object: object,
        digest_signature_algorithm: 'SHA256withRSA',
        digest_end: false,
        previous_digest_bucket: before.object && BUCKET,
        previous_digest_object: before.object,
        previous_digest_hash_value: before.hash,
        previous_digest_hash_algorithm: 'SHA-256',
        previous_digest_signature: before.signature,
        previous_digest_end: false,
        log_files: [
          { bucket: BUCKET, object: key, log_hash_value: sha256(bytes), log_hash_algorithm: 'SHA-256' },
        ],
      }),
    );
    await put(object, digest);
    const signed = `${end}${object}${sha256(digest)}${before.signature}`;
    before = {
      object,
      hash: sha256(digest),
      signature: createSign('RSA-SHA256').update(signed).sign(privateKey, 'hex'),
    };
  }
  return files;
}

async function check() {
  const key = path.join(folder, 'key.pem');
  await writeFile(key, publicKey.export({ type: 'spki', format: 'pem' }));
  const origin = await openFiles([folder], false, new AbortController().signal);
  return checkDigests(origin.archives(), [key]);
}

test('of a folder, files that are what their digests say are told, and those that are not', async () => {
  const [first = ''] = await deliver();
  const { changed, told } = await check();
  expect([...changed]).toEqual([]);
  expect(told.at(-1)).toContain('1 trace files are what their digests say; of ');

  await put(first, gzipSync(`[${LINE.replace('deleteServer', 'startServer')}]\n`));
  expect([...(await check()).changed.keys()]).toEqual([path.join(folder, first)]);
  await rm(path.join(folder, first));
  expect((await check()).told[0]).toContain(`${first} is missing`);
});

test.each([
  ['', ''],
  ['', 'CloudTraces/eu-de/2026/'],
  ['a copy/', 'a copy'],
  ['a copy/', 'a copy/CloudTraces/eu-de/'],
])(
  'of a bucket that holds an archive at "%s" the same is told, whatever of it is named',
  async (root, prefix) => {
    const [first = '', second = ''] = await deliver();
    await put(first, gzipSync(`[${LINE.replace('deleteServer', 'startServer')}]\n`));
    const store = path.join(folder, 'store');
    await mkdir(path.join(store, BUCKET), { recursive: true });
    await rename(path.join(folder, 'CloudTraces'), path.join(store, BUCKET, 'CloudTraces'));
    if (root !== '') {
      await mkdir(path.join(store, BUCKET, root));
      await rename(path.join(store, BUCKET, 'CloudTraces'), path.join(store, BUCKET, root, 'CloudTraces'));
    }
    const { signal } = new AbortController();
    const origin = await BucketOrigin.open({
      ...{ objects: new DirectoryStore(store), bucket: BUCKET, prefix, of: '', stateFile: '', signal },
      warn: expect.fail,
    });
    const key = path.join(folder, 'key.pem');
    await writeFile(key, publicKey.export({ type: 'spki', format: 'pem' }));
    const { changed } = await checkDigests(origin.archives(), [key]);
    // The newest digest has no signature here: only a copy may lack it.
    const wrong = root === '' ? [first, second] : [first];
    expect([...changed.keys()]).toEqual(wrong.map((file) => `s3://${BUCKET}/${root}${file}`));
    await origin.close();
  },
);
