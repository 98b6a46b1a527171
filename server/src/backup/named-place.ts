import path from 'node:path';
import { readConfig } from '../config.ts';
import { bucketAddress, openS3, storeOfSettings } from '../objects/index.ts';
import { BucketPlace } from './bucket-place.ts';
import { FolderPlace } from './folder-place.ts';
import type { BackupPlace } from './place.ts';

/** What is said to be a backup's place cannot be one. */
export class NoPlace extends Error {
  override readonly name = 'NoPlace';
}

/** @param text a folder, or `s3://bucket/prefix` of the object store that the settings name. @throws NoPlace, ConfigError */
export async function placeOf(text: string): Promise<BackupPlace> {
  const address = bucketAddress(text);
  if (!address) {
    if (/^[a-z0-9]+:\/\//i.test(text))
      throw new NoPlace(`${text} is neither a folder nor s3://BUCKET/PREFIX`);
    return new FolderPlace(path.resolve(text));
  }
  const store = storeOfSettings(readConfig(process.env));
  if (!store) {
    throw new NoPlace(
      `${text} is in an object store: name it in OPENCTS_S3_ENDPOINT, with OPENCTS_S3_REGION, OPENCTS_S3_ACCESS_KEY and OPENCTS_S3_SECRET_KEY`,
    );
  }
  return new BucketPlace(await openS3(store), address.bucket, address.prefix);
}
