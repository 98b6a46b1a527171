/*
 * Writes digests of simulated hours until it is killed: in each, some trace files are delivered, put first and
 * noted then, as the uploader does it. Arguments: data directory, bucket. It goes on where the one before was.
 */
import { createHash } from 'node:crypto';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { pino } from 'pino';
import { noteFile, traceFileKey } from '../dist/archive/index.js';
import { Digester, EvidenceLog, SigningKeys } from '../dist/evidence/index.js';
import { openMetadata } from '../dist/metadata/index.js';
import { DirectoryStore } from '../dist/objects/index.js';

const HOUR = 3_600_000;
const BEGIN = Date.UTC(2026, 0, 1);
const SERVICES = ['ECS', 'VPC'];
const [directory, bucket] = process.argv.slice(2);

const metadata = await openMetadata(path.join(directory, 'metadata.db'));
const objects = new DirectoryStore(path.join(directory, 'objects'));
await objects.createBucket(bucket).catch(() => undefined);
const route = {
  projectId: 'a'.repeat(32),
  domainId: 'd',
  trackerId: 't1',
  tracker: 'system',
  bucket,
  prefix: '',
  region: 'eu-de',
  compressed: true,
  sorted: true,
  withoutDataKeys: false,
};
let now = BEGIN;
const clock = () => now;
const keys = new SigningKeys(metadata, Buffer.alloc(32, 1), clock);
const log = pino({ level: 'silent' });
await metadata
  .insertInto('domains')
  .values({ id: 'd', name: 'd', created_at: 0 })
  .onConflict((conflict) => conflict.doNothing())
  .execute();
await metadata
  .insertInto('buckets')
  .values({ name: bucket, domain_id: 'd', region: 'eu-de', created_at: 0 })
  .onConflict((conflict) => conflict.doNothing())
  .execute();
const digester = new Digester({
  metadata,
  objects,
  keys,
  evidence: new EvidenceLog({ metadata, objects, keys, installationId: 'i1', clock }),
  clock,
  log,
  hash: 'SHA-256',
  routes: async () => [{ ...route, validated: true }],
});

/** The file of a moment is the same whenever it is delivered. */
async function deliver(number) {
  const time = BEGIN + Math.floor(number / SERVICES.length) * (HOUR / 2);
  const service = SERVICES[number % SERVICES.length];
  const name = createHash('sha256').update(String(number)).digest('hex').slice(0, 16);
  const key = traceFileKey({ ...route, service }, time, name, true);
  const body = gzipSync(JSON.stringify([{ trace_id: String(number) }]));
  await objects.put({ bucket, key, body, contentType: 'application/gzip' });
  const hash = (algorithm) => createHash(algorithm).update(body).digest('hex');
  const file = {
    bucket,
    key,
    project_id: route.projectId,
    tracker_id: route.trackerId,
    service,
    bytes: body.length,
    traces: 1,
    first_time: time,
    last_time: time,
    earliest: time,
    latest: time,
    sha256: hash('sha256'),
    md5: hash('md5'),
    delivered_at: time,
  };
  await metadata.transaction().execute((transaction) => noteFile(transaction, file));
  return time;
}

const { delivered } = await metadata
  .selectFrom('trace_files')
  .select(({ fn }) => fn.countAll().as('delivered'))
  .executeTakeFirstOrThrow();
process.stdout.write('begun\n');
for (let number = Number(delivered); ; number++) {
  now = (await deliver(number)) + 60_000;
  await digester.work();
}
