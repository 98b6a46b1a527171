import { readConfig } from '../config.ts';
import { bucketAddress, openS3, storeOfAws, storeOfSettings } from '../objects/index.ts';
import { BucketOrigin, stateFileOf } from './bucket.ts';
import { openFiles } from './files.ts';
import type { Origin } from './origin.ts';

/** What is named cannot be imported together. */
export class WrongOrigin extends Error {
  override readonly name = 'WrongOrigin';
}

export interface Asked {
  paths: readonly string[];
  /** Name of the format, and what of its options decides what is sent. */
  format: string;
  /** Id of the project that it is imported into; undefined: it is a trial. */
  projectId: string | undefined;
  stateFile: string | undefined;
  readTwice: boolean;
  signal: AbortSignal;
  warn: (line: string) => void;
}

/** Whether a path is the address of a bucket. */
export const isBucket = (given: string) => bucketAddress(given) !== undefined;

/** @throws WrongOrigin, NoState, UnreadableSource, ConfigError */
export async function openOrigin(asked: Asked): Promise<Origin> {
  const { paths, format, projectId, stateFile, readTwice, signal, warn } = asked;
  const [address] = paths.map(bucketAddress).filter((one) => one !== undefined);
  if (!address) return openFiles(paths, readTwice, signal);
  if (paths.length > 1) throw new WrongOrigin('name one s3://BUCKET/PREFIX, or files and folders');
  const store = storeOfSettings(readConfig(process.env)) ?? storeOfAws(process.env);
  const { bucket, prefix } = address;
  const of = JSON.stringify({ store: store.endpoint ?? 'AWS', bucket, prefix, format, project: projectId });
  const objects = await openS3(store);
  signal.addEventListener('abort', () => objects.close(), { once: true });
  return BucketOrigin.open({
    ...{ objects, bucket, prefix, of, signal, warn },
    stateFile: projectId === undefined ? '' : (stateFile ?? stateFileOf(bucket, of)),
  });
}
