import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { copyMetadata, openMetadata } from '../metadata/index.ts';
import { type ObjectStore, openS3 } from '../objects/index.ts';
import {
  type S3Server,
  startEncryptingS3Server,
  startS3Server,
  whyNoEncryptingS3,
  whyNoS3,
} from '../objects/testing/s3-server.ts';
import { Dice } from '../testing/seeded.ts';
import { verifyCommand } from './command.ts';
import { hashOf } from './digest.ts';
import type { Finding } from './finding.ts';
import { BUCKETS, History, HOUR } from './testing/history.ts';
import { Bucket } from './testing/mutations.ts';
import { bundleOf, entriesIn } from './tiles.ts';

const [BUCKET] = BUCKETS;
const DAYS = 24 * HOUR;

const STORES = [
  { store: 'folders', why: undefined, start: undefined },
  { store: 'VersityGW', why: whyNoS3, start: startS3Server },
  { store: 'MinIO', why: whyNoEncryptingS3, start: () => startEncryptingS3Server('a') },
];

/** Verification is on, files are sorted by service, an auditor has taken the public key at the start. */
describe.each(STORES)('forgeries in $store', ({ why, start }) => {
  describe.skipIf(why)('end with', () => {
    let server: S3Server | undefined;
    let s3: ObjectStore | undefined;
    let directory: string;
    let history: History;
    let key: string;

    beforeAll(async () => {
      if (!start) return;
      server = await start();
      s3 = await openS3(server.options);
    });
    afterAll(async () => {
      s3?.close();
      await server?.stop();
    });

    beforeEach(async () => {
      directory = await mkdtemp(path.join(os.tmpdir(), 'opencts-forged-'));
      await (await openMetadata(path.join(directory, 'metadata.db'))).destroy();
      for (const name of Object.keys(process.env))
        if (name.startsWith('OPENCTS_')) vi.stubEnv(name, undefined);
      vi.stubEnv('OPENCTS_DATA_DIR', directory);
      if (server) {
        const { endpoint, region, accessKey, secretKey } = server.options;
        vi.stubEnv('OPENCTS_S3_ENDPOINT', endpoint);
        vi.stubEnv('OPENCTS_S3_REGION', region);
        vi.stubEnv('OPENCTS_S3_ACCESS_KEY', accessKey);
        vi.stubEnv('OPENCTS_S3_SECRET_KEY', secretKey);
      }
      history = new History(directory, new Dice(1), { objects: s3 });
      await history.begin();
      key = path.join(directory, 'public-key');
      await writeFile(key, (await history.keys.list())[0]?.publicKey ?? '');
    });
    afterEach(async () => {
      vi.unstubAllEnvs();
      vi.restoreAllMocks();
      await history.close();
      for (const bucket of BUCKETS) await empty(bucket);
      await rm(directory, { recursive: true, force: true });
    });

    /** The server goes on with the next test. */
    async function empty(bucket: string): Promise<void> {
      if (!s3) return;
      for (let keys = await history.keysIn(bucket); keys.length > 0; keys = await history.keysIn(bucket))
        for (const one of keys) await s3.remove(bucket, one);
      await s3.removeBucket(bucket);
    }

    /** Three hours of two services, so long ago. */
    async function threeHours(ago: number): Promise<Bucket> {
      history.now = Math.floor((Date.now() - ago) / HOUR) * HOUR + 7 * 60_000;
      for (let hour = 0; hour < 3; hour++) {
        for (const service of ['ECS', 'IAM']) await history.cut(60_000, 1, service);
        await history.work();
        history.pass();
        await history.work();
      }
      return look();
    }

    async function look(): Promise<Bucket> {
      const { covered } = await history.covered(BUCKET);
      return new Bucket(history, BUCKET, await history.keysIn(BUCKET), covered);
    }

    /** `opencts verify`. */
    async function verify(...options: string[]): Promise<{ code: number; findings: Finding[] }> {
      let said = '';
      const out = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
        said += text;
        return true;
      });
      const err = vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
      const where = options.some((one) => one.startsWith('/')) ? [] : ['--bucket', BUCKET];
      const code = await verifyCommand(['--public-key', key, '--json', ...where, ...options]);
      out.mockRestore();
      err.mockRestore();
      const lines = said.split('\n').filter((line) => line.startsWith('{'));
      return { code, findings: lines.map((line) => JSON.parse(line) as Finding) };
    }

    const untilNow = () => ['--until', new Date(history.now).toISOString()];
    const of = (findings: Finding[], verdict: string) =>
      findings.filter((finding) => finding.verdict === verdict).map((finding) => finding.key);

    test('1: the newest hour is rewritten, the signature of its digest is removed', async () => {
      const bucket = await threeHours(60 * DAYS);
      expect((await verify(...untilNow())).code).toBe(0);
      const newest = (await bucket.chains())[0]?.at(-1) as string;
      const digest = await bucket.digest(newest);
      const forged = gzipSync(JSON.stringify([{ trace_id: 'forged' }]));
      const [listed] = digest.log_files;
      await bucket.put(listed?.object ?? '', forged);
      const log_files = [{ ...listed, log_hash_value: hashOf('SHA-256', forged) }];
      await bucket.put(newest, gzipSync(JSON.stringify({ ...digest, log_files })), {});
      const { code, findings } = await verify();
      expect([code, of(findings, 'changed')]).toEqual([1, expect.arrayContaining([newest])]);
    });

    test('2: the last two digests are deleted', async () => {
      const bucket = await threeHours(60 * DAYS);
      const gone = (await bucket.chains())[0]?.slice(-2) as string[];
      await bucket.remove(...gone);
      const { code, findings } = await verify();
      expect([code, of(findings, 'missing')]).toEqual([1, expect.arrayContaining(gone)]);
      expect(findings.filter(({ kind }) => kind === 'chain')).not.toEqual([]);
    });

    test('2, with the checkpoints of those hours: all that shows is that the proof ends too early', async () => {
      const bucket = await threeHours(60 * DAYS);
      for (const chain of await bucket.chains()) await bucket.remove(...chain.slice(-2));
      const kept = bucket.checkpoints.at(-3) as string;
      await bucket.put(bucket.newestCheckpoint, await bucket.bytes(kept));
      await bucket.remove(...bucket.checkpoints.slice(-2));
      const { code, findings } = await verify();
      expect([code, of(findings, 'unproved')]).toEqual([3, expect.arrayContaining([kept])]);
    });

    test('3: all digests of one service are deleted, a trace in one of its files is changed', async () => {
      const bucket = await threeHours(30 * HOUR);
      const chain = (await bucket.chains())[0] as string[];
      const { log_files } = await bucket.digest(chain[0] as string);
      await bucket.remove(...chain);
      await bucket.put(log_files[0]?.object ?? '', gzipSync(JSON.stringify([{ trace_id: 'forged' }])));
      const { code, findings } = await verify();
      expect([code, of(findings, 'missing').sort()]).toEqual([1, [...chain].sort()]);
    });

    test('4: all digests are deleted', async () => {
      const bucket = await threeHours(30 * HOUR);
      await bucket.remove(...bucket.digests);
      const { code, findings } = await verify();
      expect([code, of(findings, 'missing').sort()]).toEqual([1, [...bucket.digests].sort()]);
    });

    test('5: nothing, when the process was down over the hour, or verification began a day later', async () => {
      history.now = Math.floor((Date.now() - 40 * HOUR) / HOUR) * HOUR + 50 * 60_000;
      history.switchVerification();
      await history.cut(60_000, 1, 'ECS');
      await history.work();
      history.wait(24 * HOUR);
      history.switchVerification();
      await history.cut(60_000, 1, 'ECS');
      await history.work();
      history.wait(70 * 60_000);
      await history.restart();
      await history.cut(60_000, 1, 'ECS');
      await history.work();
      history.pass();
      await history.work();
      expect(await history.covered(BUCKET)).toMatchObject({ covered: { length: 3 }, others: [] });
      expect(await verify(...untilNow())).toMatchObject({ code: 0 });
    });

    test('no digest replaces another for names that look alike', async () => {
      history.now = Math.floor((Date.now() - 10 * HOUR) / HOUR) * HOUR;
      for (let hour = 0; hour < 2; hour++) {
        for (const service of ['A B', 'A_B', 'A/B', '云服务器', '对象存储'])
          await history.cut(60_000, 1, service);
        await history.work();
        history.pass();
        await history.work();
      }
      expect((await look()).digests).toHaveLength(3 * 5);
      expect((await verify(...untilNow())).code).toBe(0);
    });

    test('what was delivered while the clock was two days ahead is covered when it is set back', async () => {
      history.now = Math.floor((Date.now() - 4 * DAYS) / HOUR) * HOUR;
      await history.cut(60_000, 1, 'ECS');
      await history.work();
      history.pass();
      await history.work();
      history.wait(2 * DAYS);
      await history.cut(60_000, 1, 'ECS');
      await history.work();
      history.wait(-2 * DAYS);
      for (let hour = 0; hour < 2; hour++) {
        history.pass();
        await history.work();
      }
      expect(await history.covered(BUCKET)).toMatchObject({ covered: { length: 2 }, others: [] });
      expect((await verify('--until', new Date(Date.now() - DAYS).toISOString())).code).not.toBe(1);
    });

    test.each<[string, (digest: Record<string, unknown>) => unknown]>([
      ['null', () => null],
      ['a list', () => []],
      ['a list of no files', (digest) => ({ ...digest, log_files: [null] })],
      ['files without names', (digest) => ({ ...digest, log_files: [{ log_hash_algorithm: 'SHA-256' }] })],
      ['a hash that nobody knows', (digest) => ({ ...digest, previous_digest_hash_algorithm: 'ROT13' })],
      [
        'places outside',
        (digest) => ({
          ...digest,
          previous_digest_object: '../../../../etc/passwd',
          log_files: ['', '../../../../etc/passwd', 'a\0b', 'x'.repeat(5_000)].map((object) => ({
            ...{ bucket: digest.digest_bucket, object, log_hash_value: '' },
            log_hash_algorithm: 'SHA-256',
          })),
        }),
      ],
      ['numbers for names', (digest) => ({ ...digest, previous_digest_object: 7, digest_start_time: 7 })],
    ])('a digest in whose place %s stands is changed', async (_what, write) => {
      const bucket = await threeHours(20 * HOUR);
      const key = (await bucket.chains())[0]?.at(-1) as string;
      const digest = (await bucket.digest(key)) as unknown as Record<string, unknown>;
      await bucket.put(key, gzipSync(JSON.stringify(write(digest))));
      const { code, findings } = await verify();
      expect([code, of(findings, 'changed')]).toEqual([1, expect.arrayContaining([key])]);
    });

    test.each([
      ['no members', '{}'],
      ['null', 'null'],
      ['a number for a name', '{"bucket":"audit-archive","object":7,"sha256":"x"}'],
      ['no log', '{"log":7,"size":-1,"root":7}'],
      ['no name', '{"bucket":"audit-archive","object":"","sha256":"x"}'],
      ['a place outside', '{"bucket":"audit-archive","object":"../../../../etc/passwd","sha256":"x"}'],
      ['a name that is none', '{"bucket":"audit-archive","object":"a\\u0000b","sha256":"x"}'],
      ['a name that is too long', `{"bucket":"audit-archive","object":"${'x'.repeat(5_000)}","sha256":"x"}`],
      ['a log without an end', '{"log":"opencts/i1/d","size":null,"root":null}'],
    ])('an entry of the log in whose place %s stands is found', async (_what, text) => {
      const bucket = await threeHours(20 * HOUR);
      const key = bucket.tiles.filter((one) => one.includes('/entries/')).at(-1) as string;
      const entries = entriesIn(await bucket.bytes(key), Number(key.split('/').at(-1))) as Buffer[];
      await bucket.put(key, bundleOf([...entries.slice(0, -1), Buffer.from(text)]));
      const { code, findings } = await verify();
      expect(code).toBe(1);
      expect(findings.filter(({ kind, verdict }) => kind === 'log' && verdict === 'changed')).not.toEqual([]);
    });

    // A server tells its own times of writing, not those of the history.
    test.skipIf(start)(
      'what is added among digests of days ahead shows, also when the clock was set back since',
      async () => {
        history.now = Math.floor((Date.now() - 4 * DAYS) / HOUR) * HOUR;
        const hour = async () => {
          await history.cut(60_000, 1, 'ECS');
          await history.work();
          history.pass();
          await history.work();
        };
        await hour();
        history.wait(2 * DAYS);
        await hour();
        await hour();
        const file = (await history.covered(BUCKET)).covered.at(-2) ?? '';
        const [added, ahead] = ['2', '4'].map((days) => {
          const time = new Date(history.now + (Number(days) - 2) * DAYS - 2 * HOUR);
          const stamp = `${time.toISOString().slice(0, 13)}-30-00Z`;
          const key = file.replace(/_\d{4}-\d\d-\d\dT[\d-]+Z_[0-9a-f]{16}/, `_${stamp}_fedcba9876543210`);
          return key.replace(
            /\/\d{4}\/\d+\/\d+\//,
            `/${time.getUTCFullYear()}/${time.getUTCMonth() + 1}/${time.getUTCDate()}/`,
          );
        }) as [string, string];
        history.wait(-2 * DAYS);
        for (const key of [added, ahead]) await (await look()).put(key, gzipSync('[]'));
        for (let hours = 0; hours < 3; hours++) {
          history.pass();
          await history.work();
        }
        const { findings } = await history.verify(BUCKET);
        const verdicts = new Map(findings.map(({ key, verdict }) => [key, verdict]));
        expect([verdicts.get(added), verdicts.get(ahead)]).toEqual(['unexpected', 'unproved']);
      },
    );

    test('nothing, when an older backup of the metadata is restored', async () => {
      const [file, copy] = ['metadata.db', 'backup.db'].map((name) => path.join(directory, name)) as [
        string,
        string,
      ];
      await threeHours(20 * HOUR);
      await copyMetadata(file, copy);
      const goOn = async () => {
        for (let hour = 0; hour < 2; hour++) {
          await history.cut(60_000, 1, 'ECS');
          await history.work();
          history.pass();
          await history.work();
          await history.work();
        }
      };
      await goOn();
      await history.close();
      for (const part of ['', '-wal', '-shm']) await rm(`${file}${part}`, { force: true });
      await rename(copy, file);
      history.open();
      await goOn();
      expect((await look()).newestCheckpoint).toContain('/since/');
      expect((await verify(...untilNow())).code).toBe(0);
    });

    test('a range of nothing is not proved, what is not there is not tampering', async () => {
      await threeHours(5 * HOUR);
      expect((await verify('--from', '2020-01-01', '--to', '2020-02-01')).code).toBe(3);
      expect((await verify('--bucket', 'not-there')).code).toBe(2);
      const folder = path.join(directory, 'downloaded');
      expect((await verify(folder)).code).toBe(2);
      await mkdir(folder);
      expect((await verify(folder)).code).toBe(3);
    });
  });
});
