const ADDRESS = /^(?:s3|obs):\/\/([^/]+)(?:\/(.*))?$/s;

/** `s3://bucket/prefix` in its parts; `obs://` is the same. @returns undefined: it is none */
export function bucketAddress(text: string): { bucket: string; prefix: string } | undefined {
  const [, bucket, prefix = ''] = ADDRESS.exec(text) ?? [];
  return bucket === undefined ? undefined : { bucket, prefix };
}
