import { mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Metadata, openMetadata } from '../metadata/index.ts';
import { Buckets } from './buckets.ts';
import { DirectoryStore } from './directory.ts';

let directory: string;
let metadata: Metadata;
let buckets: Buckets;
/** What happens between the making of a bucket and its being written down. */
let meanwhile: () => Promise<unknown>;

class ObservedStore extends DirectoryStore {
  override async createBucket(bucket: string): Promise<void> {
    await super.createBucket(bucket);
    await meanwhile();
  }
}

beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'opencts-buckets-'));
  metadata = await openMetadata(path.join(directory, 'metadata.db'));
  const account = { description: '', enabled: 1, created_at: 0, epoch: '' };
  await metadata
    .insertInto('domains')
    .values([
      { id: 'operator', name: 'operator', operator: 1, ...account },
      { id: 'other', name: 'other', operator: 0, ...account },
    ])
    .execute();
  const project = { region: 'eu-de', description: '', enabled: 1, created_at: 0, epoch: '' };
  await metadata
    .insertInto('projects')
    .values(
      ['operator', 'other'].map((domain_id) => ({
        id: `project of ${domain_id}`,
        domain_id,
        name: 'eu-de',
        ...project,
      })),
    )
    .execute();
  meanwhile = async () => undefined;
  buckets = new Buckets(metadata, new ObservedStore(path.join(directory, 'objects')), () => 0);
});
afterEach(async () => {
  await metadata.destroy();
  await rm(directory, { recursive: true, force: true });
});

const wanted = (domainId: string) => ({
  name: 'audit-archive',
  region: 'eu-de',
  domainId,
  projectId: `project of ${domainId}`,
  lifecycleDays: 0,
});
const adopted = () => buckets.adopt('audit-archive', { domainId: 'operator', region: 'eu-de' });

test('a bucket that its account takes while it is being made is the project’s that makes it', async () => {
  meanwhile = adopted;
  await buckets.create({ ...wanted('operator'), locking: false });
  expect(await buckets.find('audit-archive')).toEqual(wanted('operator'));
});

test('a bucket that another account gets while it is being made stays theirs, and stays', async () => {
  meanwhile = adopted;
  await expect(buckets.create({ ...wanted('other'), locking: false })).rejects.toMatchObject({
    problem: 'exists',
  });
  expect(await buckets.find('audit-archive')).toMatchObject({ domainId: 'operator', projectId: null });
  expect(await readdir(path.join(directory, 'objects'))).toContain('audit-archive');
});

test('many trials at once are each their own, and leave nothing', async () => {
  await buckets.create({ ...wanted('operator'), locking: false });
  await Promise.all(Array.from({ length: 20 }, () => buckets.checkWritable('audit-archive')));
  expect(await readdir(path.join(directory, 'objects', 'audit-archive'))).toEqual([]);
});
