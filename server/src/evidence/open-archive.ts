import type { KeyObject } from 'node:crypto';
import path from 'node:path';
import { type Connection, connect } from '../cli/index.ts';
import { readConfig } from '../config.ts';
import { DirectoryStore, openS3, storeOfSettings } from '../objects/index.ts';
import type { ArchiveSource } from './archive-source.ts';
import type { Finding } from './finding.ts';
import { openPackage } from './package-source.ts';
import { proofOf } from './proofs.ts';
import { serviceSources } from './service-source.ts';
import { bucketSource, folderSource } from './sources.ts';
import type { Proof } from './verify.ts';

/** Epoch ms. */
export interface Range {
  from?: number | undefined;
  to?: number | undefined;
}

/** What is to be verified. */
export interface OpenArchive {
  sources: ArchiveSource[];
  range: Range;
  /** Name of the project, where it is one project's. */
  of: string | undefined;
  /** What was found beside the sources. */
  beside: Proof;
}

/** The command line is wrong. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

interface Named extends Connection {
  bucket?: string | undefined;
  folder: readonly string[];
}

/** @throws UsageError, OpenCtsError, ObjectStoreError */
export async function openArchive(
  named: Named,
  publicKeys: readonly KeyObject[],
  asked: Range,
  onFinding: (finding: Finding) => void,
): Promise<OpenArchive> {
  const {
    bucket,
    url,
    folder: [folder, ...more],
  } = named;
  const given = [bucket, folder, url].filter((one) => one !== undefined);
  if (given.length !== 1 || more.length > 0)
    throw new UsageError('name either one folder, or a bucket with --bucket, or a service with --url');
  const alone = (sources: ArchiveSource[], of?: string) => ({
    sources,
    range: asked,
    of,
    beside: proofOf([]),
  });
  if (bucket !== undefined) return alone([await bucketOf(bucket)]);
  if (folder !== undefined) return ofFolder(path.resolve(folder), publicKeys, asked, onFinding);
  const client = await connect(named);
  return alone(await serviceSources(client), await client.projectName());
}

async function ofFolder(
  folder: string,
  publicKeys: readonly KeyObject[],
  asked: Range,
  onFinding: (finding: Finding) => void,
): Promise<OpenArchive> {
  const findings: Finding[] = [];
  const unpacked = await openPackage(folder, publicKeys, (finding) => {
    findings.push(finding);
    onFinding(finding);
  });
  if (!unpacked) return { sources: [folderSource(folder)], range: asked, of: undefined, beside: proofOf([]) };
  const { content, sources } = unpacked;
  const { from, until } = content ?? {};
  const range = { from: asked.from ?? from, to: asked.to ?? until };
  if ((from ?? 0) > (range.from ?? 0) || (until ?? 0) < (range.to ?? 0)) {
    const period = [from, until].map((time) => new Date(time ?? 0).toISOString()).join(' to ');
    if (content) throw new UsageError(`the package is of ${period}, and proves nothing of the time outside`);
  }
  return { sources, range, of: content?.project_name, beside: proofOf(findings) };
}

/** In the object store of the settings. */
async function bucketOf(bucket: string): Promise<ArchiveSource> {
  const config = readConfig(process.env);
  const store = storeOfSettings(config);
  const objects = store ? await openS3(store) : new DirectoryStore(path.join(config.dataDir, 'objects'));
  return bucketSource(objects, bucket);
}
