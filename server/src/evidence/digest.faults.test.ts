import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { pino } from 'pino';
import { afterEach, describe, expect, test } from 'vitest';
import { noteFile, traceFileKey } from '../archive/index.ts';
import { BUCKET, ROUTE } from '../archive/testing/route.ts';
import { connectMetadata, type Metadata, openMetadata } from '../metadata/index.ts';
import { DirectoryStore } from '../objects/index.ts';
import { failingDisk, folderWithMetadata } from '../testing/faults/failing-disk.ts';
import { failuresIn, someOf } from '../testing/faults/failures.ts';
import { whyNoFaults } from '../testing/faults/faults.ts';
import { hashOf } from './digest.ts';
import { Digester } from './digester.ts';
import type { Finding } from './finding.ts';
import { EvidenceLog } from './log.ts';
import { readPublicKey, SigningKeys } from './signing-keys.ts';
import { bucketSource } from './sources.ts';
import { verifyArchive } from './verify.ts';

const HOUR = 3_600_000;
const NOON = Date.UTC(2026, 10, 5, 12);

/** A bucket whose files are locked, and the digests over them. */
class Run {
  readonly directory: string;
  private now = NOON;
  private objects!: DirectoryStore;
  private metadata!: Metadata;
  private keys!: SigningKeys;
  private digester!: Digester;
  private files = 0;

  constructor(directory: string) {
    this.directory = directory;
  }

  open(): this {
    const clock = () => this.now;
    this.objects = new DirectoryStore(path.join(this.directory, 'objects'));
    this.metadata = connectMetadata(path.join(this.directory, 'metadata.db'));
    this.keys = new SigningKeys(this.metadata, Buffer.alloc(32, 1), clock);
    const parts = { metadata: this.metadata, objects: this.objects, keys: this.keys, clock };
    const log = pino({ level: 'silent' });
    this.digester = new Digester({
      onAnew: async () => undefined,
      ...{ ...parts, log },
      evidence: new EvidenceLog({ ...parts, installationId: 'i1' }),
      hash: 'SHA-256',
      routes: async () => [{ ...ROUTE, lock: { mode: 'COMPLIANCE', days: 1 }, validated: true }],
    });
    return this;
  }

  async makeBucket(): Promise<void> {
    await this.objects.createBucket(BUCKET);
    await this.metadata.insertInto('domains').values({ id: 'd', name: 'd', created_at: 0 }).execute();
    const bucket = { name: BUCKET, domain_id: 'd', region: 'eu-de', created_at: 0 };
    await this.metadata.insertInto('buckets').values(bucket).execute();
  }

  async deliver(): Promise<void> {
    const hex = String(++this.files).padStart(16, '0');
    const key = traceFileKey({ ...ROUTE, service: 'ECS' }, this.now, hex, true);
    const body = gzipSync(JSON.stringify([{ trace_id: hex }]));
    await this.objects.put({ bucket: BUCKET, key, body, contentType: 'application/gzip' });
    const file = {
      ...{ bucket: BUCKET, key, project_id: ROUTE.projectId, tracker_id: ROUTE.trackerId, service: 'ECS' },
      ...{ bytes: body.length, traces: 1, first_time: this.now, last_time: this.now, earliest: 0, latest: 0 },
      ...{ sha256: hashOf('SHA-256', body), md5: hashOf('MD5', body), delivered_at: this.now },
    };
    await this.metadata.transaction().execute((transaction) => noteFile(transaction, file));
  }

  /** The next full hour, and a little further. */
  pass(): void {
    this.now = (Math.floor(this.now / HOUR) + 1) * HOUR + 10_000;
  }

  work(): Promise<void> {
    return this.digester.work();
  }

  async verify() {
    const findings: Finding[] = [];
    await verifyArchive({
      source: bucketSource(this.objects, BUCKET),
      now: this.now,
      publicKeys: (await this.keys.list()).map(({ publicKey }) => readPublicKey(publicKey)),
      onFinding: (finding) => findings.push(finding),
    });
    const of = (verdict: string) => findings.filter((finding) => finding.verdict === verdict).length;
    return { valid: of('valid'), others: findings.filter(({ verdict }) => verdict !== 'valid') };
  }

  async close(): Promise<void> {
    await this.digester.stop();
    await this.metadata.destroy();
  }
}

describe.skipIf(whyNoFaults)('digests on a disk that fails', () => {
  const disk = failingDisk();
  const runs: Run[] = [];
  afterEach(async () => {
    disk.faults.clear();
    for (const run of runs.splice(0)) await run.close();
  });

  async function begin(name: string): Promise<Run> {
    const directory = await folderWithMetadata(disk, name);
    const run = new Run(directory).open();
    runs.push(run);
    await run.makeBucket();
    await run.deliver();
    run.pass();
    return run;
  }

  async function end(run: Run): Promise<void> {
    runs.splice(runs.indexOf(run), 1);
    await run.close();
  }

  const rows = failuresIn(['objects', 'metadata.db']);
  test.each(rows)('of $place, $what: every file is proved, by one chain', async ({ place, failing }) => {
    await (await openMetadata(path.join(disk.directory, 'metadata.db'))).destroy();
    const well = await begin('well');
    const watch = disk.faults.watch(failing.calls, `${path.join(well.directory, place)}*`);
    await well.work();
    const { seen } = watch;
    await end(well);
    for (const skip of someOf(seen)) {
      disk.faults.clear();
      const run = await begin(`call-${skip}`);
      disk.faults.fail({ ...failing, skip, path: `${path.join(run.directory, place)}*` });
      await run.work();
      disk.faults.clear();
      if (skip % 2) {
        await run.close();
        run.open();
      }
      for (let hour = 0; hour < 2; hour++) {
        await run.work();
        await run.deliver();
        run.pass();
      }
      await run.work();
      const { valid, others } = await run.verify();
      expect(others, `call ${skip}`).toEqual([]);
      // Three trace files, three digests.
      expect(valid, `call ${skip}`).toBe(6);
      await end(run);
    }
  });
});
